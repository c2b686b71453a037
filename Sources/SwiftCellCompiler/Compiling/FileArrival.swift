import Glibc

/// Tells when a file gets its name in a folder (inotify(7)).
///
/// Compilers write under another name first and rename what is complete.
final class FileArrival {
    let descriptor: Int32
    private let name: [UInt8]

    /// - Returns: nil where the system watches no more folders.
    init?(of name: String, in folder: String) {
        self.name = Array(name.utf8)
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0, inotify_add_watch(descriptor, folder, UInt32(IN_MOVED_TO)) >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether the file has come since the last question; never waits.
    func hasCome() -> Bool {
        var hasCome = false
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset < count {
                    let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
                    let start = offset + MemoryLayout<inotify_event>.size
                    offset = start + Int(event.len)
                    // The name is filled up with zeros.
                    if buffer[start..<offset].prefix(while: { $0 != 0 }).elementsEqual(name) { hasCome = true }
                }
            }
        }
        return hasCome
    }
}
