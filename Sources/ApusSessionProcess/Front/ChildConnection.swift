import CLinux
import Glibc
import Synchronization

/// The front's ends of what joins it to a session process: a socket, and the pipes of the process's descriptors 1 and 2.
final class ChildConnection: Sendable {
    let socket: Descriptor
    private let output: Descriptor
    private let errors: Descriptor
    /// The process's ends, until it has them: socket, output, errors.
    private let given: Mutex<[Descriptor]>

    init() throws(SystemError) {
        let sockets = try Self.pair(clinux_socket_pair)
        let output = try Self.pair(clinux_pipe)
        let errors = try Self.pair(clinux_pipe)
        socket = sockets.0
        self.output = output.0
        self.errors = errors.0
        given = Mutex([sockets.1, output.1, errors.1])
    }

    private static func pair(_ make: (UnsafeMutablePointer<Int32>?) -> Int32) throws(SystemError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard make(&ends) == 0 else { throw SystemError(code: errno) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Starts the process; an error number, or 0. The process's ends are its own from then on.
    func spawn(_ launch: SessionLaunch, _ process: inout pid_t) -> Int32 {
        given.withLock { given in
            defer { given = [] }
            let files = clinux_child_files(
                socket: given[0].number, output: (output.number, given[1].number), errors: (errors.number, given[2].number))
            return withCStrings(launch.arguments) { arguments in
                withCStrings(launch.environment) { environment in
                    clinux_spawn(launch.executable, arguments, environment, launch.workingFolder, files, &process)
                }
            }
        }
    }

    /// What the process wrote to its descriptors 1 and 2 without having read it itself.
    func leftovers() -> (output: String, errors: String) { (Self.text(in: output), Self.text(in: errors)) }

    /// Programs that the process started may still write; only what a pipe can hold is read.
    private static let mostBytes = 64 << 10

    private static func text(in pipe: Descriptor) -> String {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: mostBytes, alignment: 1)
        defer { buffer.deallocate() }
        guard case .bytes(let bytes) = pipe.read(into: buffer, isSocket: false) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Why the system refuses.
struct SystemError: Error, Equatable {
    let code: Int32
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    var pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}
