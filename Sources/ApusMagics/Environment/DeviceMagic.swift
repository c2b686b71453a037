import ApusSession
import ApusTensor
import ArgumentParser

/// `%device`: what training would run on.
struct DeviceMagic: Magic {
    static let name = "device"
    static let abstract = "Shows what training runs on: the processor, its threads and kernels, and whether there is a GPU."
    static let example = "%device"

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let threads = ThreadCount.automatic(cell.environment)
        cell.out.display(
            TableView(
                headers: ["device", "what", "used"],
                rows: [
                    ["cpu", "\(MachineResources.processorName), \(threads) \(threads == 1 ? "thread" : "threads"), \(Kernels.best.name)", "yes"],
                    ["cuda", CUDAProbe().summary, "no: this build has no CUDA backend"],
                ], alignments: [.left, .left, .left]
            ).bundle)
    }
}
