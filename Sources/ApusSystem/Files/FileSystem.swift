import Glibc

/// What is done with whole files, folders and names.
package enum FileSystem {
    package enum Kind: Equatable {
        case file(size: Int)
        case folder
        case symbolicLink
        case other
    }

    /// What is at a path; nil when nothing is. A symbolic link is reported as such unless `following`.
    package static func kind(of path: String, following: Bool = true) -> Kind? {
        var status = stat()
        guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file(size: status.st_size)
        case S_IFDIR: .folder
        case S_IFLNK: .symbolicLink
        default: .other
        }
    }

    /// The size of a regular file in bytes; nil when there is none.
    package static func fileSize(_ path: String) -> Int? {
        if case .file(let size) = kind(of: path) { size } else { nil }
    }

    // MARK: Whole files

    /// All bytes of a file or a pipe.
    ///
    /// - Throws: `SystemError`; one that `isTooLarge` when there are more than `limit` bytes.
    package static func read(_ path: String, limit: Int = .max - 1) throws(SystemError) -> [UInt8] {
        let file = try OpenFile(reading: path)
        let status = try file.status()
        guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError("read", path, code: EISDIR) }
        var bytes: [UInt8] = []
        while true {
            // One byte more than is expected, to see the end. The size may be wrong: what is allocated at once has a limit.
            let block = min(max(status.st_size + 1 - bytes.count, 1 << 16), 1 << 30, limit + 1 - bytes.count)
            var failure: SystemError?
            let piece = [UInt8](unsafeUninitializedCapacity: block) { buffer, count in
                do throws(SystemError) {
                    count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<block]))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if piece.isEmpty { return bytes }
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
            guard bytes.count <= limit else { throw SystemError("read", path, code: EFBIG) }
        }
    }

    /// The first `count` bytes, or fewer when the file is shorter.
    package static func head(of path: String, count: Int) throws(SystemError) -> [UInt8] {
        let file = try OpenFile(reading: path)
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                while filled < count {
                    let part = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<count]))
                    if part == 0 { break }
                    filled += part
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    // MARK: Names

    package static func rename(_ old: String, to new: String) throws(SystemError) {
        guard Glibc.rename(old, new) == 0 else { throw SystemError("rename \(old) to", new) }
    }

    /// Removes a file if it is there.
    package static func remove(_ path: String) { unlink(path) }

    /// Makes a symbolic link, replacing what has its name, in one step, and makes it durable.
    package static func link(_ path: String, to target: String) throws(SystemError) {
        if symlink(target, path) != 0 {
            guard errno == EEXIST else { throw SystemError("make the link", path) }
            try replace(path, withLinkTo: target)
        }
        try synchronise(folder: FilePath.folder(of: path))
    }

    /// The temporary name is always the same, because a link cannot be locked: so a kill leaves at most one.
    private static func replace(_ path: String, withLinkTo target: String) throws(SystemError) {
        let temporary = "\(FilePath.folder(of: path))/.\(FilePath.name(of: path)).link"
        while symlink(target, temporary) != 0 {
            guard errno == EEXIST else { throw SystemError("make the link", path) }
            unlink(temporary)
        }
        do { try rename(temporary, to: path) } catch {
            // Who replaces the same link at the same time may have taken this one away: theirs is there then.
            guard !error.isMissing || linkTarget(path) != target else { return }
            unlink(temporary)
            throw error
        }
    }

    /// Where a symbolic link points; nil when the path is no link.
    package static func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        return length > 0 && length < buffer.count ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }
}
