import ApusSystem
import Glibc
import TestSupport
import Testing

@Suite struct FileSystemTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path }

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [("a/b", "a", "b"), ("b", ".", "b"), ("/b", "/", "b"), ("a/é.x", "a", "é.x"), ("a/b/", "a/b", "")])
    func `paths split into folder and name`(path: String, folder: String, name: String) {
        #expect(FilePath.folder(of: path) == folder && FilePath.name(of: path) == name)
    }

    @Test func `folders are made with those above them, and again`() throws {
        for _ in 0..<2 { try FileSystem.makeFolder("\(path)/a/b/c") }
        try FileSystem.makeFolder("\(path)/a/b/d/", mode: 0o700)
        #expect(try FileSystem.names(in: "\(path)/a/b") == ["c", "d"])
        try FileSystem.makeFolder("/")
        try FileSystem.makeFolder(".")
    }

    @Test func `a file in the way of a folder is an error that names it`() throws {
        try AtomicFile.replace("\(path)/file", with: [1])
        #expect(throws: SystemError("make the folder", "\(path)/file", code: EEXIST)) { try FileSystem.makeFolder("\(path)/file") }
        #expect(throws: SystemError("make the folder", "\(path)/file/a", code: ENOTDIR)) { try FileSystem.makeFolder("\(path)/file/a") }
        #expect(throws: SystemError.self) { try FileSystem.makeFolder("") }
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func `a file is read whole, up to the limit`(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try AtomicFile.replace("\(path)/file", with: bytes)
        #expect(try FileSystem.read("\(path)/file") == bytes)
        #expect(try FileSystem.read("\(path)/file", limit: size) == bytes)
        #expect(try FileSystem.head(of: "\(path)/file", count: 64) == Array(bytes.prefix(64)))
        #expect(FileSystem.fileSize("\(path)/file") == size)
        guard size > 0 else { return }
        let error = #expect(throws: SystemError.self) { try FileSystem.read("\(path)/file", limit: size - 1) }
        #expect(error?.isTooLarge == true)
    }

    @Test func `a file whose size the system does not know is read to its end`() throws {
        #expect(try FileSystem.read("/proc/self/status").count > 100)
        #expect(throws: SystemError("read", "/dev/zero", code: EFBIG)) { try FileSystem.read("/dev/zero", limit: 1_000_000) }
    }

    @Test func `what cannot be read says why`() throws {
        #expect(throws: SystemError("read", path, code: EISDIR)) { try FileSystem.read(path) }
        #expect(throws: SystemError("read", "\(path)/x", code: ENOENT)) { try FileSystem.read("\(path)/x") }
    }

    @Test func `links are replaced in one step and not followed where that matters`() throws {
        try FileSystem.makeFolder("\(path)/tree/deep")
        try AtomicFile.replace("\(path)/kept", with: [1])
        for target in ["../other", "../kept"] { try FileSystem.link("\(path)/tree/link", to: target) }
        #expect(FileSystem.linkTarget("\(path)/tree/link") == "../kept" && FileSystem.linkTarget("\(path)/kept") == nil)
        #expect(FileSystem.kind(of: "\(path)/tree/link") == .file(size: 1))
        #expect(FileSystem.kind(of: "\(path)/tree/link", following: false) == .symbolicLink)
        try AtomicFile.replace("\(path)/tree/deep/file", with: [1])
        #expect(try FileSystem.filesBelow("\(path)/tree") == ["deep/file"])
        try FileSystem.link("\(path)/alias", to: "tree")
        try FileSystem.removeTree("\(path)/alias")
        #expect(folder.names == ["kept", "tree"] && FileSystem.fileSize("\(path)/tree/deep/file") == 1)
        try FileSystem.removeTree("\(path)/tree")
        #expect(folder.names == ["kept"])
    }

    @Test func `the names of a folder that is missing are none`() throws {
        #expect(try FileSystem.names(in: "\(path)/missing").isEmpty)
        #expect(FileSystem.kind(of: "\(path)/missing") == nil)
    }

    @Test func `a link that a killed process did not finish is no obstacle`() throws {
        try FileSystem.link("\(path)/link", to: "old")
        try FileSystem.link("\(path)/.link.link", to: "half")
        try FileSystem.link("\(path)/link", to: "new")
        #expect(FileSystem.linkTarget("\(path)/link") == "new" && folder.names == ["link"])
    }
}
