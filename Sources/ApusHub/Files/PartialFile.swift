import ApusSystem
import CLinux
import Glibc
import Synchronization

/// A content on its way into the cache: `<etag>.<8 digits>.incomplete`, which a failed or killed download leaves for the next one.
///
/// The etag in the name is the checksum of the whole, and so says which content the bytes belong to; that they are its beginning is
/// believed only when the checksum of the whole was right. The owner holds a lock on the file, so that nobody else goes on with it.
final class PartialFile: Sendable {
    private struct Extent {
        /// Bytes so far.
        var size: Int
        /// Bytes that the disk was told about.
        var handedOver = 0
    }

    private let file: OpenFile
    private let extent: Mutex<Extent>

    /// Bytes so far.
    var size: Int { extent.withLock { $0.size } }

    private static let suffix = ".incomplete"
    /// So many bytes are handed to the disk, or waited for, at a time.
    private static let window = 8 << 20

    /// Opens what others left of a content, the longest of several, or begins a new one. Leftovers that are of no use are removed.
    ///
    /// - Parameter size: of the whole content; a longer leftover is none of it.
    init(_ etag: ETag, size: Int, in folder: String) throws(HubError) {
        for path in try Self.leftovers(of: etag, size: size, in: folder) {
            guard let found = try? OpenFile(path, O_RDWR | O_NOFOLLOW), (try? found.tryLock()) == true, !found.isUnlinked,
                let status = try? found.status(), lseek(found.descriptor, 0, SEEK_END) == status.st_size
            else { continue }
            file = found
            extent = Mutex(Extent(size: status.st_size))
            return
        }
        do {
            while true {
                let path = "\(folder)/\(etag).\(Hexadecimal.random(8))\(Self.suffix)"
                let new = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, operation: "create")
                // Between creation and lock another process may have taken the file for a leftover.
                if try new.tryLock(), !new.isUnlinked {
                    file = new
                    extent = Mutex(Extent(size: 0))
                    return
                }
            }
        } catch {
            throw HubError(error)
        }
    }

    /// The longest first; those that nobody can continue are removed unless somebody holds them.
    private static func leftovers(of etag: ETag, size: Int, in folder: String) throws(HubError) -> [String] {
        var found: [(path: String, size: Int)] = []
        for name in try HubFiles.names(in: folder) where name.hasPrefix(etag.digits + ".") && name.hasSuffix(suffix) {
            let path = folder + "/" + name
            if case .file(let length) = FileSystem.kind(of: path, following: false), length <= size { found.append((path, length)) }
        }
        found.sort { ($0.size, $1.path) > ($1.size, $0.path) }
        let longest = found.first?.path
        FileSystem.removeAbandoned(in: folder, prefix: etag.digits + ".", suffix: suffix, except: longest)
        return found.map(\.path)
    }

    /// Removes what interrupted downloads left of a content, unless somebody holds it.
    static func discardLeftovers(of etag: ETag, in folder: String) {
        FileSystem.removeAbandoned(in: folder, prefix: etag.digits + ".", suffix: suffix, except: nil)
    }

    func write(_ piece: [UInt8]) throws(HubError) {
        do throws(SystemError) {
            try piece.withUnsafeBufferPointer { (bytes) throws(SystemError) in try file.write(UnsafeRawBufferPointer(bytes)) }
        } catch { throw HubError(error) }
        // The disk begins while the network goes on, so that the sync at the end has little left to do.
        let part: (offset: Int, count: Int)? = extent.withLock { extent in
            extent.size += piece.count
            guard extent.size - extent.handedOver >= Self.window else { return nil }
            defer { extent.handedOver = extent.size }
            return (extent.handedOver, extent.size - extent.handedOver)
        }
        if let part { clinux_write_back(file.descriptor, off_t(part.offset), off_t(part.count), 1) }
    }

    /// Hands everything so far to `consume`.
    func read(shouldStop: () -> Bool, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void) throws(HubError) {
        if size > 0 { try HubFiles.read(file.path, shouldStop: shouldStop, consume: consume) }
    }

    /// Forgets everything so far.
    func restart() throws(HubError) {
        guard ftruncate(file.descriptor, 0) == 0, lseek(file.descriptor, 0, SEEK_SET) == 0 else {
            throw HubError(SystemError("empty", file.path))
        }
        extent.withLock { $0 = Extent(size: 0) }
    }

    /// Syncs and gives the content its name. A slow disk is waited for in steps, between which `shouldStop` is asked.
    func commit(as path: String, shouldStop: () -> Bool) throws(HubError) {
        for offset in stride(from: 0, to: size, by: Self.window) {
            if shouldStop() { throw HubError.cancelled }
            clinux_write_back(file.descriptor, off_t(offset), off_t(Self.window), 0)
        }
        do {
            try file.synchronise()
            try FileSystem.rename(file.path, to: path)
            try FileSystem.synchronise(folder: FilePath.folder(of: path))
        } catch {
            throw HubError(error)
        }
    }

    /// Leaves the file to whoever wants to go on with it; the lock must not last as long as the last thread that knows this object.
    func leave() { file.unlock() }

    /// Leaves nothing.
    func discard() { FileSystem.remove(file.path) }
}
