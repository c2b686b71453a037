import Foundation
import Glibc
import NotebookFormat
import TestSupport
import Testing

@Suite struct FilesTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try Files.makeFolder("\(folder.path)/a/b")
        try body(folder.path)
    }

    @Test func `a file is replaced with its permissions and nothing is left beside it`() throws {
        try withFolder { folder in
            let path = "\(folder)/a/nb.ipynb"
            try Files.replace(path, with: "old")
            chmod(path, 0o600)
            try Files.replace(path, with: "new é")
            #expect(try Files.read(path) == Array("new é".utf8))
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a").sorted() == ["b", "nb.ipynb"])
        }
    }

    @Test func `whether a file could be written is found out without a trace`() throws {
        try withFolder { folder in
            try Files.replace("\(folder)/there", with: "old")
            try Files.checkReplaceable("\(folder)/there")
            try Files.checkReplaceable("\(folder)/new")
            try Files.checkReplaceable("/dev/null")
            #expect(throws: FileError.self) { try Files.checkReplaceable("\(folder)/missing/new") }
            #expect(throws: FileError.self) { try Files.checkReplaceable("\(folder)/there/new") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a", "there"])
            #expect(try Files.read("\(folder)/there") == Array("old".utf8))
        }
    }

    @Test func `a symbolic link stays one`() throws {
        try withFolder { folder in
            try Files.replace("\(folder)/a/real", with: "old")
            #expect(symlink("a/real", "\(folder)/link") == 0)
            try Files.replace("\(folder)/link", with: "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/link") == "a/real")
            #expect(try Files.read("\(folder)/a/real") == Array("new".utf8))
        }
    }

    @Test func `what is no file is written to and stays what it is`() throws {
        try withFolder { folder in
            try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
            let reader = open("\(folder)/pipe", O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            try Files.replace("\(folder)/pipe", with: "text")
            var bytes = [UInt8](repeating: 0, count: 8)
            #expect(Glibc.read(reader, &bytes, 8) == 4)
            #expect(try FileManager.default.attributesOfItem(atPath: "\(folder)/pipe")[.type] as? FileAttributeType != .typeRegular)
        }
    }

    @Test func `errors name the path and the reason`() throws {
        try withFolder { folder in
            #expect(throws: FileError.self) { try Files.read(folder) }
            let error = #expect(throws: FileError.self) { try Files.replace("\(folder)/missing/nb.ipynb", with: "") }
            #expect(error?.description == "cannot write \(folder)/missing/nb.ipynb: No such file or directory")
        }
    }
}
