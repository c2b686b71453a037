import ApusCUDA
import CUDATestSupport
import Testing

@Suite struct CUDAErrorTests {
    @Test(
        arguments: [
            (2, .outOfMemory), (46, .unavailable), (100, .unavailable), (101, .unavailable), (209, .unavailable), (218, .unavailable),
            (221, .unavailable), (222, .unavailable), (802, .unavailable), (803, .unavailable), (804, .unavailable),
            (214, .deviceLost), (220, .deviceLost), (226, .deviceLost), (700, .deviceLost), (702, .deviceLost), (709, .deviceLost),
            (710, .deviceLost), (714, .deviceLost), (715, .deviceLost), (716, .deviceLost), (717, .deviceLost), (718, .deviceLost),
            (719, .deviceLost), (1, .other), (3, .other), (201, .other), (400, .other), (701, .other), (900, .other), (999, .other), (12345, .other),
        ] as [(Int, CUDAError.Kind)])
    func `every number of the driver is of a kind, in whole sentences`(code: Int, kind: CUDAError.Kind) throws {
        let context = try FakeCUDA("fail=cuStreamCreate:\(code)").context()
        let error = try cudaError { try CUDAStream(context) }
        #expect(error.kind == kind)
        #expect(error.code == code)
        #expect(error.message.contains("cuStreamCreate failed with error \(code), "))
    }

    @Test func `a number that the driver has no name for is told all the same`() throws {
        let context = try FakeCUDA("fail=cuStreamCreate:12345").context()
        let error = try cudaError { try CUDAStream(context) }
        #expect(error.message == "cuStreamCreate failed with error 12345, which this driver has no name for")
    }

    @Test func `the full stop of a driver's text is left out`() throws {
        let context = try FakeCUDA("fail=cuStreamCreate:222").context()
        let error = try cudaError { try CUDAStream(context) }
        #expect(error.message.hasSuffix("the provided PTX was compiled with an unsupported toolchain)"))
    }

    @Test func `a lost device says how to go on`() throws {
        let context = try FakeCUDA("fail=cuStreamCreate:719").context()
        let error = try cudaError { try CUDAStream(context) }
        #expect(
            error.description == """
                the GPU stopped in the middle of the work (cuStreamCreate failed with error 719, CUDA_ERROR_LAUNCH_FAILED: unspecified launch \
                failure). Restart the session and continue from the last checkpoint with --resume, or train on the CPU with --device cpu
                """)
    }
}
