import ApusCUDA
import ApusHub
import ApusIndicators
import ApusModelFiles
package import ApusSession
import ApusTensor
import Glibc

/// What this machine has for a run: processor, memory, disk, libraries, GPU and hub. Also what `apus doctor` prints.
package struct EnvironmentReport: Sendable {
    package let checks: [EnvironmentCheck]

    /// Less than this and a run of the first notebook may not fit.
    private static let enoughMemory = 1_000_000_000
    private static let enoughDisk = 1_000_000_000

    /// - Parameters:
    ///   - hub: the endpoint as an option writes it; nil for `HF_ENDPOINT`.
    ///   - requiresCUDA: whether a run without a GPU is refused.
    package init(_ environment: SessionEnvironment, hub: String? = nil, requiresCUDA: Bool = false) {
        checks =
            [
                Self.processor, Self.memory, Self.disk(environment), Self.hdf5, Self.indicators, Self.cuda(isRequired: requiresCUDA),
                Self.hub(hub, environment),
            ]
    }

    package var isComplete: Bool { !checks.contains { $0.status == .missing } }

    package var table: TableView {
        TableView(
            headers: ["", "check", "found", "fix"], rows: checks.map { [$0.status.mark, $0.name, $0.found, $0.fix] },
            alignments: [.left, .left, .left, .left])
    }

    private static var processor: EnvironmentCheck {
        let kernels = Kernels.best.name
        let threads = MachineResources.processorCount
        let found = "\(MachineResources.processorName), \(threads) \(threads == 1 ? "thread" : "threads"), kernels for \(kernels)"
        guard kernels == "portable" else { return EnvironmentCheck("processor", .ok, found) }
        return EnvironmentCheck("processor", .warning, found, fix: "training is several times faster on a processor with AVX2 or AVX-512")
    }

    private static var memory: EnvironmentCheck {
        guard let available = MachineResources.availableMemory else { return EnvironmentCheck("memory", .warning, "unknown") }
        let found = "\(ByteCount.text(available)) free"
        return available >= enoughMemory
            ? EnvironmentCheck("memory", .ok, found)
            : EnvironmentCheck("memory", .warning, found, fix: "close other programs, or use `%%preprocess --sample 0.1`")
    }

    private static func disk(_ environment: SessionEnvironment) -> EnvironmentCheck {
        let variables = HubEnvironment(environment.variables)
        guard let folder = try? variables.cacheFolder else {
            return EnvironmentCheck("disk", .missing, "no cache folder: HOME is not set", fix: "set HF_HOME to a folder for downloads")
        }
        guard let free = MachineResources.freeSpace(at: folder) else { return EnvironmentCheck("disk", .warning, "\(folder): unknown") }
        let found = "\(ByteCount.text(free)) free for the cache \(folder)"
        return free >= enoughDisk
            ? EnvironmentCheck("disk", .ok, found)
            : EnvironmentCheck("disk", .warning, found, fix: "free some space, or set HF_HUB_CACHE to another disk")
    }

    private static var hdf5: EnvironmentCheck {
        do {
            return EnvironmentCheck("HDF5 library", .ok, "version \(try HDF5Library.shared().version)")
        } catch {
            return EnvironmentCheck("HDF5 library", .missing, error.message, fix: error.nextStep)
        }
    }

    /// TA-Lib is never needed: the built-in indicators give the same numbers.
    private static var indicators: EnvironmentCheck {
        do {
            return EnvironmentCheck("indicators", .ok, try IndicatorLibraries.preferred().name)
        } catch {
            return EnvironmentCheck("indicators", .missing, error.message, fix: "unset APUS_TALIB to use the built-in indicators")
        }
    }

    private static func cuda(isRequired: Bool) -> EnvironmentCheck {
        do throws(CUDAError) {
            return EnvironmentCheck("CUDA", .ok, try CUDADevice.best().description)
        } catch {
            return isRequired
                ? EnvironmentCheck("CUDA", .missing, error.message, fix: error.nextStep)
                : EnvironmentCheck("CUDA", .ok, "\(error.message); training runs on the CPU")
        }
    }

    private static func hub(_ option: String?, _ environment: SessionEnvironment) -> EnvironmentCheck {
        do {
            let endpoint = try HubConnection.endpoint(option, in: environment)
            let variables = HubEnvironment(environment.variables)
            let hub = try endpoint.connect(environment: variables)
            if hub.usesNetwork, variables.isOffline {
                return EnvironmentCheck("hub", .ok, "\(endpoint), not asked (HF_HUB_OFFLINE)")
            }
            return EnvironmentCheck("hub", .ok, "\(endpoint), as \(try hub.whoami(token: nil).name)")
        } catch let error as HubError where [.offline, .serverFailure, .rateLimited].contains(error.code) {
            // A run can do with what the cache has.
            return EnvironmentCheck("hub", .warning, error.message, fix: error.nextStep ?? "")
        } catch let error as HubError {
            return EnvironmentCheck("hub", .missing, error.message, fix: error.nextStep ?? "")
        } catch {
            return EnvironmentCheck("hub", .missing, "\(error)")
        }
    }
}
