import ApusSystem
import Testing

@Suite struct FilePathTests {
    @Test(arguments: [
        ("/a/b/c", "/a/b", "c"), ("/b/c", "/a", "../b/c"), ("/a", "/a/b/c", "../.."), ("/a/b", "/a/b", ""), ("/x", "/", "x"),
        ("/a/./b//c", "/a/d/../b", "c"), ("/a/b/c.x", "/a/b2", "../b/c.x"), ("/\u{E9}/a", "/e\u{301}", "../\u{E9}/a"),
    ])
    func `the way from a folder to a file`(path: String, folder: String, relative: String) {
        #expect(FilePath.relative(path, to: folder).unicodeScalars.elementsEqual(relative.unicodeScalars))
    }
}
