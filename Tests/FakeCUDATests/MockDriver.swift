import CUDATestSupport

/// The functions of a mock driver by name. Each object has a copy of the library, and so settings, memory and errors of its own.
final class MockDriver {
    private let library: FakeLibrary

    init(_ settings: String = "") throws {
        library = try FakeLibrary()
        precondition(set(settings) == 0, lastErrorText)
    }

    func symbol(_ name: String) -> UnsafeMutableRawPointer? { library.symbol(name) }

    private func function<Function>(_ name: String, _ type: Function.Type) -> Function {
        library.function(name, as: type)
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

    func set(_ settings: String) -> Int32 { library.set(settings) }

    var lastErrorText: String { library.lastErrorText }

    var statistics: FakeStatistics { library.statistics }

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
