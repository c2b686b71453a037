import ApusMagics
import FoundationEssentials
import Testing

@Suite struct ReferencePageTests {
    /// `apus reference > notebooks/REFERENCE.md` writes it anew.
    @Test func `the reference page in the repository is what the declarations say`() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: repository.appending(path: "notebooks/REFERENCE.md"), encoding: .utf8)
        #expect(page == ReferencePage.markdown, "run: apus reference > notebooks/REFERENCE.md")
    }
}
