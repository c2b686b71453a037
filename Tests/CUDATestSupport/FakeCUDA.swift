package import ApusCUDA
import ApusSystem
import Glibc
import TestSupport

/// A mock driver of one test: a copy of the library libFakeCUDA.so, which therefore shares neither settings nor memory nor errors with the mock
/// drivers of tests that run at the same time. See `FakeCUDA.h` for the settings.
///
/// `@unchecked Sendable`: the library locks.
package final class FakeCUDA: @unchecked Sendable {
    private let folder: TemporaryFolder
    private let handle: UnsafeMutableRawPointer
    /// Where the copy is. It stays loaded when this object and its file are gone.
    package var path: String { folder.file("libFakeCUDA.so") }

    private typealias Set = @convention(c) (UnsafePointer<CChar>) -> Int32
    private typealias ReadStatistics = @convention(c) (UnsafeMutableRawPointer) -> Void
    private typealias ReadText = @convention(c) () -> UnsafePointer<CChar>

    package init(_ settings: String = "") throws {
        folder = try TemporaryFolder()
        try folder.write(FileSystem.read(Self.original), to: "libFakeCUDA.so")
        guard let handle = dlopen(folder.file("libFakeCUDA.so"), RTLD_NOW | RTLD_LOCAL) else { preconditionFailure(String(cString: dlerror())) }
        self.handle = handle
        set(settings)
    }

    /// The library as it is built: beside the program of the tests.
    private static var original: String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let program = String(decoding: path.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return FilePath.folder(of: program) + "/libFakeCUDA.so"
    }

    /// Replaces all settings, and forgets errors and counts.
    package func set(_ settings: String) {
        precondition(function("fake_cuda_set", as: Set.self)(settings) == 0, "'\(settings)': \(lastErrorText)")
    }

    package var statistics: FakeStatistics {
        var statistics = FakeStatistics()
        function("fake_cuda_statistics", as: ReadStatistics.self)(&statistics)
        return statistics
    }

    /// What the mock driver found wrong with the last call that failed.
    package var lastErrorText: String { String(cString: function("fake_cuda_last_error_text", as: ReadText.self)()) }

    package func load() throws(CUDAError) -> CUDADriver { try CUDADriver.load(path: path) }

    package func device() throws(CUDAError) -> CUDADevice { try CUDADevice.best(of: load()) }

    package func context() throws(CUDAError) -> CUDAContext { try CUDAContext(device()) }

    private func function<Function>(_ name: String, as type: Function.Type) -> Function {
        guard let symbol = dlsym(handle, name) else { preconditionFailure("\(path) has no \(name)") }
        return unsafeBitCast(symbol, to: type)
    }
}

/// `fake_cuda_statistics_t`.
package struct FakeStatistics: Equatable, Sendable {
    /// Kernels that have run, in graphs too.
    package var launches: UInt64 = 0
    /// Graphs that have run.
    package var graphLaunches: UInt64 = 0
    /// Pieces of device memory that are alive, and their bytes.
    package var allocations: UInt64 = 0
    package var bytes: UInt64 = 0
    /// Calls that waited for the device.
    package var synchronisations: UInt64 = 0
    /// Pieces of pinned memory that are alive.
    package var hostAllocations: UInt64 = 0
}
