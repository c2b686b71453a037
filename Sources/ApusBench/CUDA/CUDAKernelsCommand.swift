import ApusCUDA
import ApusCUDAEngine
import ApusJSON
import ArgumentParser

/// Times the kernels of a training step, and tells what they ask of the GPU.
struct CUDAKernelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels", abstract: "Times each kernel of a training step; one line for each kernel and size of its launch.")

    @Option(help: "The model.") var workload: Workload = .w0
    @Option(help: "Rows of a batch.") var batch = 32
    @Option(help: "Models that train side by side.") var models = 1
    @Option(help: "Launches of a kernel that are timed together.") var count = 200

    func validate() throws {
        if [batch, models, count].contains(where: { $0 < 1 }) { throw ValidationError("batch, models and count are at least 1") }
    }

    func run() throws {
        let context = try CUDAContext(.best())
        var training = try CUDATraining(workload.model, batch: batch, models: models, on: context)
        _ = try training.run(steps: 1)
        let times = try training.step.kernelTimes(count: count)
        let total = times.reduce(0) { $0 + $1.microseconds }
        for launches in Self.groups(times).sorted(by: { $0.microseconds > $1.microseconds }) {
            var line = CUDALine("kernel", on: context.device, workload, batch: batch, models: models)
            let (kernel, function) = (launches.kernel, launches.kernel.function)
            line["name"] = .string(function.name)
            line["launches"] = .int(launches.count)
            line["us"] = .double(launches.microseconds)
            line["share"] = .double(launches.microseconds / total)
            line["grid"] = .string("\(kernel.grid)")
            line["threads"] = .int(kernel.threads)
            line["registers"] = .int(function.registers)
            line["local_bytes"] = .int(function.localBytes)
            line["shared_bytes"] = .int(function.sharedBytes + kernel.dynamicSharedBytes)
            line.write()
        }
    }

    /// Launches of the same kernel with the same sizes, counted, with the sum of their times.
    private static func groups(_ times: [CUDAKernelTime]) -> [(kernel: CUDAKernelTime, count: Int, microseconds: Double)] {
        var groups: [(kernel: CUDAKernelTime, count: Int, microseconds: Double)] = []
        for time in times {
            if let index = groups.firstIndex(where: { $0.kernel.isSameLaunch(as: time) }) {
                groups[index].count += 1
                groups[index].microseconds += time.microseconds
            } else {
                groups.append((time, 1, time.microseconds))
            }
        }
        return groups
    }
}

extension CUDAKernelTime {
    fileprivate func isSameLaunch(as other: Self) -> Bool {
        function === other.function && grid == other.grid && threads == other.threads && dynamicSharedBytes == other.dynamicSharedBytes
    }
}
