import ApusText
import Testing

@Suite struct TokenMaskTests {
    @Test(arguments: [
        ("hf_abcdefgh", "hf_***"), ("a hf_ABCDEFGH12 b hf_abcdefghi", "a hf_*** b hf_***"),
        ("\u{1B}[31mhf_abcdefgh\u{1B}[0m", "\u{1B}[31mhf_***\u{1B}[0m"),
        ("\\nhf_abcdefgh\"", "\\nhf_***\""), ("hf_hf_abcdefgh", "hf_hf_***"), ("ü hf_abcdefghü", "ü hf_***ü"),
    ])
    func `a token is hidden wherever it stands`(_ text: String, _ masked: String) {
        #expect(TokenMask.masking(text) == masked)
    }

    @Test(arguments: ["", "_", "hf_", "hf", "f_", "hf_home_dir", "half_abcdefghij", "hf-abcdefghij"])
    func `other text stays as it is`(_ text: String) {
        #expect(TokenMask.masking(text) == text)
    }
}
