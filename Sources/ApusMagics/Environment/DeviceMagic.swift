import ApusCUDA
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
        let gpu: String
        let hasGPU: Bool
        do throws(CUDAError) {
            (gpu, hasGPU) = (try CUDADevice.best().description, true)
        } catch { (gpu, hasGPU) = (error.message, false) }
        cell.out.display(
            TableView(
                headers: ["device", "what", "used"],
                rows: [
                    [
                        "cpu", "\(MachineResources.processorName), \(threads) \(threads == 1 ? "thread" : "threads"), \(Kernels.best.name)",
                        hasGPU ? "with --device cpu" : "yes",
                    ],
                    ["cuda", gpu, hasGPU ? "yes" : "no"],
                ], alignments: [.left, .left, .left]
            ).bundle)
    }
}
