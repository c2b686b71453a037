import ApusSystem
import Glibc
import TestSupport
import Testing

@Suite struct ScratchFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a folder is gone with its owner, with everything in it`() throws {
        do {
            let scratch = try ScratchFolder(in: folder.path, prefix: ".new")
            try AtomicFile.replace(scratch.path + "/file", with: [1])
            #expect(folder.names.count == 1 && FilePath.name(of: scratch.path).hasPrefix(".new-"))
        }
        #expect(folder.names.isEmpty)
    }

    @Test func `a folder that got its name stays`() throws {
        do {
            let scratch = try ScratchFolder(in: folder.path, prefix: ".new", mode: 0o755)
            try AtomicFile.replace(scratch.path + "/file", with: [1])
            try scratch.rename(to: folder.file("done"))
        }
        #expect(folder.names == ["done"] && FileSystem.fileSize(folder.file("done/file")) == 1)
    }

    @Test func `what a killed process left is removed by the next one, and nothing else is`() throws {
        let others = [".new-notthirteen", "new-0123456789abc", ".new-0123456789ab", ".newer-0123456789abc"]
        for name in others + [".new-0123456789abc"] { try FileSystem.makeFolder(folder.file(name) + "/deep") }
        try folder.write([1], to: ".new-a123456789abc")
        let (first, second) = (try ScratchFolder(in: folder.path, prefix: ".new"), try ScratchFolder(in: folder.path, prefix: ".new"))
        let kept = others + [".new-a123456789abc"] + [first, second].map { FilePath.name(of: $0.path) }
        #expect(folder.names == kept.sorted())
    }

    @Test func `folders that are made at the same time do not take each other for abandoned`() async throws {
        let parent = folder.path
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<100 {
                        let scratch = try ScratchFolder(in: parent, prefix: ".new")
                        guard FileSystem.kind(of: scratch.path) != nil else { return false }
                    }
                    return true
                }
            }
            for try await exists in group { #expect(exists) }
        }
    }

    @Test func `a folder that cannot be written says so`() {
        #expect(throws: SystemError("make a folder in", "/proc", code: ENOENT)) { try ScratchFolder(in: "/proc", prefix: "x") }
    }
}
