package import ApusCUDA

/// A mock driver of one test, see `FakeLibrary`.
package final class FakeCUDA: Sendable {
    private let library: FakeLibrary
    package var path: String { library.path }

    package init(_ settings: String = "") throws {
        library = try FakeLibrary()
        set(settings)
    }

    /// Replaces all settings, and forgets errors and counts.
    package func set(_ settings: String) { precondition(library.set(settings) == 0, "'\(settings)': \(lastErrorText)") }

    package var statistics: FakeStatistics { library.statistics }

    /// What the mock driver found wrong with the last call that failed.
    package var lastErrorText: String { library.lastErrorText }

    package func load() throws(CUDAError) -> CUDADriver { try CUDADriver.load(path: path) }

    package func device() throws(CUDAError) -> CUDADevice { try CUDADevice.best(of: load()) }

    package func context() throws(CUDAError) -> CUDAContext { try CUDAContext(device()) }
}
