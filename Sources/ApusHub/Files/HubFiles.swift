import ApusSystem
import Glibc

/// What the hub and its cache do with files, with failures as `HubError`.
enum HubFiles {
    /// Makes a folder and those above it.
    static func makeFolders(_ path: String) throws(HubError) {
        do { try FileSystem.makeFolder(path) } catch { throw HubError(error) }
    }

    /// Makes the folders of a path from a repository below `root`, without ever following a symbolic link on the way.
    static func makeFolders(_ folders: [String], under root: String) throws(HubError) {
        for folder in folders {
            let path = root + "/" + folder
            if mkdir(path, 0o777) == 0 {
                do { try FileSystem.synchronise(folder: FilePath.folder(of: path)) } catch { throw HubError(error) }
                continue
            }
            let failure = SystemError("make the folder", path)
            guard failure.code == EEXIST else { throw HubError(failure) }
            guard FileSystem.kind(of: path, following: false) == .folder else {
                throw HubError(
                    .damaged, "\(path) is not a folder, so nothing can be put below it", nextStep: "Remove it, or choose another cache folder")
            }
        }
    }

    static func names(in folder: String) throws(HubError) -> [String] {
        do { return try FileSystem.names(in: folder) } catch { throw HubError(error) }
    }

    static func filesBelow(_ folder: String) throws(HubError) -> [String] {
        do { return try FileSystem.filesBelow(folder) } catch { throw HubError(error) }
    }

    /// The content of a small file; nil when it does not exist.
    ///
    /// - Parameter limit: the most bytes that are believed to be sensible.
    static func contents(of path: String, limit: Int) throws(HubError) -> [UInt8]? {
        guard let size = FileSystem.fileSize(path) else { return nil }
        guard size <= limit else { throw HubError(.damaged, "\(path) has \(size) bytes, more than the \(limit) that are sensible for it") }
        do { return try FileSystem.read(path, limit: limit) } catch { throw HubError(error) }
    }

    /// Bytes moved at once: large enough for full speed, small enough to hear an interrupt soon.
    private static let pieceSize = 1 << 20

    /// Hands everything from an offset to `consume` in pieces.
    static func read(
        _ path: String, from offset: Int = 0, shouldStop: () -> Bool, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) {
        let file: OpenFile
        do { file = try OpenFile(reading: path) } catch { throw HubError(error) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 64)
        defer { buffer.deallocate() }
        var position = offset
        while true {
            if shouldStop() { throw HubError.cancelled }
            let count: Int
            do { count = try file.read(into: buffer, at: position) } catch { throw HubError(error) }
            if count == 0 { return }
            try consume(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += count
        }
    }

    /// Writes a small file in one step.
    static func write(_ contents: some Sequence<UInt8>, to path: String, mode: mode_t = 0o666) throws(HubError) {
        do { try AtomicFile.replace(path, with: Array(contents), mode: mode) } catch { throw HubError(error) }
    }

    /// A folder that everybody may read once it has its name.
    static func scratchFolder(in parent: String, prefix: String) throws(HubError) -> ScratchFolder {
        do { return try ScratchFolder(in: parent, prefix: prefix, mode: 0o777) } catch { throw HubError(error) }
    }

    static func rename(_ scratch: ScratchFolder, to path: String) throws(HubError) {
        do { try scratch.rename(to: path) } catch { throw HubError(error) }
    }

    static func link(_ path: String, to target: String) throws(HubError) {
        do { try FileSystem.link(path, to: target) } catch { throw HubError(error) }
    }
}
