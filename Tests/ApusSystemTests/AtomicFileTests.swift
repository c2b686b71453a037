import ApusSystem
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/file" }

    init() throws { folder = try TemporaryFolder() }

    @Test func `a file appears when it is committed, with everything in order`() throws {
        try AtomicFile.replace(path, with: Array("old".utf8))
        let file = try AtomicFile(path: path)
        var expected: [UInt8] = []
        for size in [0, 1, 1000, 1 << 18, 3, (1 << 18) - 1, 5, 1 << 19, 7] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
            try file.write(bytes)
            expected += bytes
        }
        try file.write("end")
        #expect(try FileSystem.read(path) == Array("old".utf8))
        try file.sync()
        #expect(folder.names.count == 2 && folder.names.allSatisfy { $0 == "file" || $0.hasPrefix(".file.") })
        try file.commit()
        #expect(try FileSystem.read(path) == expected + Array("end".utf8))
        #expect(folder.names == ["file"])
    }

    @Test func `a file that is given up leaves nothing`() throws {
        do {
            let file = try AtomicFile(path: path)
            try file.write([1, 2, 3])
            try file.sync()
        }
        #expect(folder.names.isEmpty)
    }

    @Test func `the permissions are those asked for`() throws {
        try AtomicFile.replace(path, with: [1], mode: 0o600)
        #expect(try OpenFile(reading: path).status().st_mode & 0o777 == 0o600)
    }

    @Test func `a failure names the file and leaves what was there`() throws {
        let error = #expect(throws: SystemError.self) { try AtomicFile.replace("\(folder.path)/missing/file", with: [1]) }
        #expect(error?.description == "cannot create \(folder.path)/missing/file: No such file or directory")
        #expect(error?.isMissing == true && error?.isNoSpace == false)
        // What is a folder cannot be replaced by a file.
        try FileSystem.makeFolder(path)
        let second = #expect(throws: SystemError.self) { try AtomicFile.replace(path, with: [1]) }
        #expect(second?.operation == "write" && second?.code == EISDIR)
        #expect(folder.names == ["file"])
    }

    @Test func `a full disk is told as one`() throws {
        let full = try OpenFile("/dev/full", O_WRONLY)
        let error = #expect(throws: SystemError.self) {
            try [UInt8](repeating: 0, count: 10).withUnsafeBufferPointer { try full.write(UnsafeRawBufferPointer($0)) }
        }
        #expect(error?.isNoSpace == true && error?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func `a lock excludes other openings until the file has its name`() throws {
        let file = try AtomicFile(path: path, temporaryPath: path + ".incoming")
        #expect(try file.lock())
        #expect(try !OpenFile(path + ".incoming", O_RDWR).tryLock())
        try file.commit()
        #expect(folder.names == ["file"])
    }

    @Test func `a file that was taken for abandoned says so`() throws {
        let file = try AtomicFile(path: path, temporaryPath: path + ".incoming")
        FileSystem.remove(path + ".incoming")
        #expect(try !file.lock())
    }

    @Test func `what a killed process left is removed by the next one, what another one writes is not`() throws {
        for name in [".file.abc.partial", ".other.abc.partial", "file.partial"] { try folder.write([1], to: name) }
        let other = try AtomicFile(path: path)
        try AtomicFile.replace(path, with: [2])
        #expect(folder.names == [FilePath.name(of: other.temporaryPath), ".other.abc.partial", "file", "file.partial"].sorted())
        try other.write([3])
        try other.commit()
        #expect(try folder.read("file") == [3])
    }

    @Test func `a name like that of a leftover that is a folder or a link is left alone`() throws {
        try FileSystem.makeFolder(folder.file(".file.a.partial"))
        try folder.write([1], to: "kept")
        try FileSystem.link(folder.file(".file.b.partial"), to: "kept")
        try AtomicFile.replace(path, with: [2])
        #expect(folder.names == [".file.a.partial", ".file.b.partial", "file", "kept"])
    }
}
