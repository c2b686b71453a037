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
        let gpu = Result { () throws(CUDAError) in try CUDADevice.best() }
        let (hasGPU, found, fix) =
            switch gpu {
            case .success(let device): (true, device.description, "")
            case .failure(let error): (false, error.message, error.nextStep)
            }
        cell.out.display(
            TableView(
                headers: ["device", "what", "used", "fix"],
                rows: [
                    [
                        "cpu", "\(MachineResources.processorName), \(threads) \(threads == 1 ? "thread" : "threads"), \(Kernels.best.name)",
                        hasGPU ? "with --device cpu" : "yes", "",
                    ],
                    ["cuda", found, hasGPU ? "yes" : "no", fix],
                ], alignments: [.left, .left, .left, .left]
            ).bundle)
    }
}
