import ApusHub
import Testing

@Suite struct FilePatternTests {
    /// What `fnmatch.fnmatchcase` of Python says.
    @Test(arguments: [
        ("*", "a/b", true), ("*.json", "a/b.json", true), ("*.json", "a.jsonl", false), ("a/*", "a/b/c", true), ("a/", "a/b", true),
        ("a/", "a", false),
        ("?.npy", "x.npy", true), ("?.npy", "xy.npy", false), ("[xy].npy", "y.npy", true), ("[!xy].npy", "y.npy", false), ("[a-c]1", "b1", true),
        ("[a-c]1", "d1", false), ("[]]", "]", true), ("[", "[", true), ("[a", "[a", true), ("A", "a", false), ("*a*b*c*", "xxaxxbxxc", true),
        ("*a*b*c*", "xxaxxcxxb", false), ("", "", true), ("", "a", false), ("**", "a", true), ("ü?", "üä", true), ("[z-a]", "b", false),
        ("[a-]", "-", true),
    ])
    func `patterns are those of the Python client`(pattern: String, path: String, isMatched: Bool) {
        #expect(FilePatterns(include: [pattern]).matches(path) == isMatched)
        #expect(FilePatterns(exclude: [pattern]).matches(path) == !isMatched)
    }

    @Test func `a pattern that would take exponential time does not`() {
        let patterns = FilePatterns(include: [String(repeating: "*a", count: 50) + "b"])
        #expect(!patterns.matches(String(repeating: "a", count: 5000)))
    }
}
