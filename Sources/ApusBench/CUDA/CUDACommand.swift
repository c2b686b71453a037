import ApusCUDA
import ApusJSON
import ArgumentParser
import Glibc

/// Checks and measures the CUDA engine on the GPU of this machine.
struct CUDACommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cuda", abstract: "Checks and measures the engine for NVIDIA GPUs.",
        subcommands: [
            CUDADeviceCommand.self, CUDACheckCommand.self, CUDATrainCommand.self, CUDAEpochCommand.self, CUDAKernelsCommand.self,
        ])
}

/// One line of results. It is written at once: a program that the GPU ends early leaves what it had found.
struct CUDALine {
    private var object = JSONObject()

    /// - Parameter what: what the line tells, by which readers sort lines.
    init(_ what: String, on device: CUDADevice) {
        object["what"] = .string(what)
        // Times of the mock driver of the tests are those of a processor.
        if device.name == "Fake GPU" { object["mock"] = true }
    }

    /// A line about a workload.
    init(_ what: String, on device: CUDADevice, _ workload: Workload, batch: Int, models: Int = 1) {
        self.init(what, on: device)
        object["workload"] = .string(workload.fullName)
        object["batch"] = .int(batch)
        object["models"] = .int(models)
    }

    subscript(key: String) -> JSON? {
        get { object[key] }
        set { object[key] = newValue }
    }

    func write() {
        print(JSON.object(object).text())
        fflush(nil)
    }
}

/// Names the GPU that the other commands use.
struct CUDADeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "device", abstract: "Names the GPU, its driver and its memory in bytes.")

    func run() throws {
        let device = try CUDADevice.best()
        let memory = try CUDAContext(device).memory()
        var line = CUDALine("device", on: device)
        line["name"] = .string(device.name)
        line["uuid"] = .string(device.uuid)
        line["capability"] = .string("\(device.capability)")
        line["driver"] = .string("\(device.driver.version)")
        line["multiprocessors"] = .int(device.multiprocessorCount)
        line["shared_bytes_per_block"] = .int(device.sharedMemoryPerBlock)
        line["memory_bytes"] = .int(memory.total)
        line["free_bytes"] = .int(memory.free)
        line.write()
    }
}
