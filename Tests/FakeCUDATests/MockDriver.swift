import ApusSystem
import Glibc
import TestSupport

/// The functions of a mock driver by name. Each object has a copy of the library, and so settings, memory and errors of its own.
final class MockDriver {
    private let folder: TemporaryFolder
    private let library: UnsafeMutableRawPointer

    init(_ settings: String = "") throws {
        folder = try TemporaryFolder()
        try folder.write(FileSystem.read(Self.original), to: "libFakeCUDA.so")
        guard let library = dlopen(folder.file("libFakeCUDA.so"), RTLD_NOW | RTLD_LOCAL) else { preconditionFailure(String(cString: dlerror())) }
        self.library = library
        precondition(set(settings) == 0, lastErrorText)
    }

    /// Beside the program of the tests.
    private static var original: String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &path, path.count))
        return FilePath.folder(of: String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)) + "/libFakeCUDA.so"
    }

    func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(library, name) }

    private func function<Function>(_ name: String, _ type: Function.Type) -> Function {
        guard let symbol = symbol(name) else { preconditionFailure("no function \(name)") }
        return unsafeBitCast(symbol, to: type)
    }

    /// Calls a function whose arguments are all pointers, sizes or whole numbers. Returns the error code.
    func call(_ name: String) -> Int32 { function(name, (@convention(c) () -> Int32).self)() }
    func call(_ name: String, _ a: UInt) -> Int32 { function(name, (@convention(c) (UInt) -> Int32).self)(a) }
    func call(_ name: String, _ a: UInt, _ b: UInt) -> Int32 { function(name, (@convention(c) (UInt, UInt) -> Int32).self)(a, b) }
    func call(_ name: String, _ a: UInt, _ b: UInt, _ c: UInt) -> Int32 {
        function(name, (@convention(c) (UInt, UInt, UInt) -> Int32).self)(a, b, c)
    }
    func call(_ name: String, _ a: UInt, _ b: UInt, _ c: UInt, _ d: UInt) -> Int32 {
        function(name, (@convention(c) (UInt, UInt, UInt, UInt) -> Int32).self)(a, b, c, d)
    }
    func call(_ name: String, _ a: UInt, _ b: UInt, _ c: UInt, _ d: UInt, _ e: UInt) -> Int32 {
        function(name, (@convention(c) (UInt, UInt, UInt, UInt, UInt) -> Int32).self)(a, b, c, d, e)
    }

    func set(_ settings: String) -> Int32 { settings.withCString { call("fake_cuda_set", UInt(bitPattern: $0)) } }

    var lastErrorText: String { String(cString: function("fake_cuda_last_error_text", (@convention(c) () -> UnsafePointer<CChar>).self)()) }

    struct Statistics: Equatable {
        var launches: UInt64 = 0, graphLaunches: UInt64 = 0, allocations: UInt64 = 0, bytes: UInt64 = 0
        var synchronisations: UInt64 = 0, hostAllocations: UInt64 = 0
    }

    var statistics: Statistics {
        var statistics = Statistics()
        withUnsafeMutablePointer(to: &statistics) { function("fake_cuda_statistics", (@convention(c) (UnsafeMutableRawPointer) -> Void).self)($0) }
        return statistics
    }

    /// What a function with a result as its first parameter gives. Throws its code.
    func value(_ name: String, _ arguments: UInt...) throws(Code) -> UInt {
        var result: UInt = 0
        let code = withUnsafeMutablePointer(to: &result) { result in
            let first = UInt(bitPattern: result)
            return switch arguments.count {
            case 0: call(name, first)
            case 1: call(name, first, arguments[0])
            case 2: call(name, first, arguments[0], arguments[1])
            default: call(name, first, arguments[0], arguments[1], arguments[2])
            }
        }
        try Code.check(code)
        return result
    }

    /// Launches a kernel; `words` are its argument.
    func launch(
        _ function: UInt, blocks: (UInt32, UInt32, UInt32) = (1, 1, 1), threads: (UInt32, UInt32, UInt32) = (1, 1, 1), shared: Int = 0,
        stream: UInt = 0, words: [UInt]
    ) -> Int32 {
        typealias Word = UInt32
        typealias Arguments = UnsafePointer<UnsafeRawPointer?>
        typealias Launch = @convention(c) (UInt, Word, Word, Word, Word, Word, Word, Word, UInt, Arguments?, UInt) -> Int32
        return words.withUnsafeBytes { words in
            withUnsafePointer(to: words.baseAddress) { parameters in
                self.function("cuLaunchKernel", Launch.self)(
                    function, blocks.0, blocks.1, blocks.2, threads.0, threads.1, threads.2, UInt32(shared), stream, parameters, 0)
            }
        }
    }
}

/// An error code of the driver.
struct Code: Error, Equatable {
    var number: Int32

    static func check(_ number: Int32) throws(Code) {
        if number != 0 { throw Code(number: number) }
    }
}
