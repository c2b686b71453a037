import JupyterProtocol
import Testing

/// The expected signatures are those of Python: `hmac.new(key, digestmod="sha256")`, updated with each part, `.hexdigest()`.
@Suite struct SignerTests {
    @Test(arguments: [
        (
            "a0436f6c-1916-498b-8eb9-e81ab9368e84", [#"{"msg_id":"1"}"#, "{}", "{}", "{}"],
            "574ea172a3d1baf1f4819b303da9de9c9df1f37d9b6fd76442f7475898409393"
        ),
        (
            "k", [#"{"a":"é😀"}"#, #"{"msg_id":"0"}"#, #"{"x":1}"#, #"{"code":"1+1"}"#],
            "c6294723de26e002b742122cb2ea260bda095e3eb1db77fee8b856870b95f86e"
        ),
        (
            "k", [String(repeating: "a", count: 4096), String(repeating: "b", count: 4097), "c", String(repeating: "d", count: 9000)],
            "eea59a5b078b208bd8d6da934f46a180db0264199ef7d7d2602439e5e4736176"
        ),
        (String(repeating: "x", count: 100), ["", "", "", ""], "f27e9d033f8afb8db9abbb1cee40470512ffbe9e76153cc2481ec7e812869b6f"),
    ])
    func `signatures are those of Python`(key: String, parts: [String], expected: String) throws {
        let signer = try #require(Signer(key: key))
        #expect(signer.signature(of: parts.map(Frame.init(text:))) == Frame(text: expected))
    }

    @Test func `only the whole signature is accepted`() throws {
        let signer = try #require(Signer(key: "secret"))
        let parts = ["{}", "{}", "{}", "{}"].map(Frame.init(text:))
        let signature = signer.signature(of: parts)
        #expect(signer.accepts(signature, of: parts))
        #expect(!signer.accepts(signature + [UInt8(ascii: "0")], of: parts), "a longer one with the right beginning")
        #expect(!signer.accepts(Frame(signature.dropLast()), of: parts))
        #expect(!signer.accepts([], of: parts))
        for index in signature.indices {
            var wrong = signature
            wrong[index] ^= 1
            #expect(!signer.accepts(wrong, of: parts))
        }
    }

    @Test func `an empty key means no signatures`() {
        #expect(Signer(key: "") == nil)
    }
}
