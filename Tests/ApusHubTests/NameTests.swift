import ApusHub
import Testing

@Suite struct NameTests {
    @Test(arguments: ["gpt2", "ann/candles", "Foo-BAR_foo.bar123", "_a/b_", String(repeating: "x", count: 96)])
    func `names of the Hub are accepted`(name: String) throws { #expect(try RepositoryID(.model, name).path == name) }

    @Test(arguments: [
        "", "/", "a/", "/a", "a/b/c", "..", "a/..", "../a", "-a", "a.", "a--b", "a..b", "a.git", "café", "a b", "a\0", "a\n", "datasets/a/b", "~",
        String(repeating: "x", count: 97),
    ])
    func `other names are refused with the rule`(name: String) throws {
        #expect(try hubError { _ = try RepositoryID(.model, name) }.code == .invalidName)
    }

    @Test(arguments: ["main", "refs/pr/1", "v1.0", "dev/x_y-z"])
    func `revisions are accepted`(name: String) throws { #expect(try Revision(name).name == name) }

    @Test(arguments: ["", "/", "a/", "/a", "..", "a/../b", ".a", "a.lock", "a b", "a~1", "a^", "a:b", "a\\b", "@{0}", "a//b", "a\0b"])
    func `what git does not allow as a reference is refused`(name: String) throws {
        #expect(try hubError { _ = try Revision(name) }.code == .invalidRevision)
    }

    @Test(arguments: [
        ("file:/a/b", "/a/b"), ("file:///a%20b/c", "/a b/c"), ("file://localhost/a", "/a"), ("file:hub", "/work dir/hub"),
        ("file:./x/../hub/", "/work dir/hub"),
        ("file:~/hub", "/home/ann/hub"), ("file:/a%20b", "/a%20b"), (" file:/a ", "/a"),
    ])
    func `folders are read from endpoints`(text: String, path: String) throws {
        #expect(try HubEndpoint(text, workingDirectory: "/work dir", home: "/home/ann") == .folder(path))
    }

    @Test func `a server is understood`() throws {
        let endpoint = try HubEndpoint("https://huggingface.co/", workingDirectory: "/")
        #expect(endpoint == .huggingFace)
        let hub = try endpoint.connect()
        #expect(hub.usesNetwork && hub.endpoint == endpoint)
        #expect(try hubError { _ = try HubEndpoint("https://ann:secret@x", workingDirectory: "/").connect() }.code == .invalidEndpoint)
    }

    @Test(arguments: ["", "hub", "/absolute", "ftp://x", "file:", "file://server/share", "https://", "file:///%zz"])
    func `what is no endpoint is refused with an example`(text: String) throws {
        let error = try hubError { _ = try HubEndpoint(text, workingDirectory: "/") }
        #expect(error.code == .invalidEndpoint && error.nextStep != nil)
    }
}
