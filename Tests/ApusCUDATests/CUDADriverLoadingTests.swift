import ApusCUDA
import Glibc
import Testing

@Suite struct CUDADriverLoadingTests {
    @Test func `a library that is not there is named with the linker's reason`() throws {
        let error = try cudaError { try CUDADriver.load(path: "/nowhere/libcuda.so.1") }
        #expect(error.kind == .unavailable)
        #expect(error.code == nil)
        #expect(error.message.hasPrefix("the CUDA driver '/nowhere/libcuda.so.1' cannot be loaded ("))
        #expect(error.message.contains("cannot open shared object file"))
    }

    @Test func `a file that is no library is named`() throws {
        let error = try cudaError { try CUDADriver.load(path: "/etc/passwd") }
        #expect(error.kind == .unavailable)
        #expect(error.message.contains("'/etc/passwd'"))
    }

    @Test func `a library that is no driver is told by the function it lacks`() throws {
        let error = try cudaError { try CUDADriver.load(path: "libm.so.6") }
        #expect(error.kind == .unavailable)
        #expect(error.message == "the CUDA driver 'libm.so.6' has no function cuDriverGetVersion")
        #expect(error.nextStep == "Install the NVIDIA driver 525 or newer, or train on the CPU with --device cpu")
    }

    @Test func `a path longer than a report holds is cut, not overrun`() throws {
        let path = "/" + String(repeating: "x", count: 5000)
        let error = try #require(throws: CUDAError.self) { try CUDADriver.load(path: path) }
        #expect(error.message.contains("'/xxx"))
        #expect(error.message.count < 1000)
    }

    @Test func `the driver of the environment is the only one tried`() async {
        await #expect(processExitsWith: .success) {
            setenv("APUS_CUDA_DRIVER", "/nowhere/else.so", 1)
            guard case .failure(let error) = CUDADriver.shared else { exit(1) }
            exit(error.message.hasPrefix("the CUDA driver '/nowhere/else.so' cannot be loaded") ? 0 : 1)
        }
    }

    @Test func `an empty name in the environment means the installed driver`() async {
        await #expect(processExitsWith: .success) {
            setenv("APUS_CUDA_DRIVER", "", 1)
            guard case .failure(let error) = CUDADriver.shared else { exit(0) }
            exit(error.message.contains("the CUDA driver ''") ? 1 : 0)
        }
    }

    @Test func `this machine has a device or a reason why not`() throws {
        do {
            let device = try CUDADevice.best()
            #expect(device.description.hasSuffix("driver for CUDA \(device.driver.version)"))
        } catch {
            #expect(error.kind == .unavailable)
            expectSentences(error)
        }
    }
}
