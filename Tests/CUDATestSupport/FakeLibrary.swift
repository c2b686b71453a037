import ApusSystem
import Glibc
import TestSupport

/// A copy of the library libFakeCUDA.so of its own, which therefore shares neither settings nor memory nor errors with those of tests that run
/// at the same time. See `FakeCUDA.h` for the settings.
///
/// `@unchecked Sendable`: the library locks.
package final class FakeLibrary: @unchecked Sendable {
    private let folder: TemporaryFolder
    private let handle: UnsafeMutableRawPointer
    /// Where the copy is. It stays loaded when this object and its file are gone.
    package var path: String { folder.file("libFakeCUDA.so") }

    private typealias Set = @convention(c) (UnsafePointer<CChar>) -> Int32
    private typealias ReadStatistics = @convention(c) (UnsafeMutableRawPointer) -> Void
    private typealias ReadText = @convention(c) () -> UnsafePointer<CChar>

    package init() throws {
        folder = try TemporaryFolder()
        try folder.write(FileSystem.read(Self.original), to: "libFakeCUDA.so")
        guard let handle = dlopen(folder.file("libFakeCUDA.so"), RTLD_NOW | RTLD_LOCAL) else { preconditionFailure(String(cString: dlerror())) }
        self.handle = handle
    }

    /// The library as it is built: beside the program of the tests.
    private static var original: String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let program = String(decoding: path.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return FilePath.folder(of: program) + "/libFakeCUDA.so"
    }

    package func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }

    package func function<Function>(_ name: String, as type: Function.Type) -> Function {
        guard let symbol = symbol(name) else { preconditionFailure("\(path) has no \(name)") }
        return unsafeBitCast(symbol, to: type)
    }

    /// Replaces all settings, and forgets errors and counts; 1 when they are not understood.
    package func set(_ settings: String) -> Int32 { function("fake_cuda_set", as: Set.self)(settings) }

    package var statistics: FakeStatistics {
        var statistics = FakeStatistics()
        function("fake_cuda_statistics", as: ReadStatistics.self)(&statistics)
        return statistics
    }

    /// What the mock driver found wrong with the last call that failed.
    package var lastErrorText: String { String(cString: function("fake_cuda_last_error_text", as: ReadText.self)()) }
}

/// `fake_cuda_statistics_t`.
package struct FakeStatistics: Equatable, Sendable {
    /// Kernels that have run, in graphs too.
    package var launches: UInt64
    /// Graphs that have run.
    package var graphLaunches: UInt64
    /// Pieces of device memory that are alive, and their bytes.
    package var allocations: UInt64
    package var bytes: UInt64
    /// Calls that waited for the device.
    package var synchronisations: UInt64
    /// Pieces of pinned memory that are alive.
    package var hostAllocations: UInt64

    package init(
        launches: UInt64 = 0, graphLaunches: UInt64 = 0, allocations: UInt64 = 0, bytes: UInt64 = 0, synchronisations: UInt64 = 0,
        hostAllocations: UInt64 = 0
    ) {
        self.launches = launches
        self.graphLaunches = graphLaunches
        self.allocations = allocations
        self.bytes = bytes
        self.synchronisations = synchronisations
        self.hostAllocations = hostAllocations
    }
}
