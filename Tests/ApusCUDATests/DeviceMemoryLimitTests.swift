import ApusCUDA
import CUDATestSupport
import Testing

/// What lies outside of memory stops the program before the driver is asked.
@Suite struct DeviceMemoryLimitTests {
    @Test func `a fill behind the end stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let context = try FakeCUDA().context()
            try DeviceMemory(byteCount: 8, context).fill(byte: 0, at: 4, count: 5, on: CUDAStream(context))
        }
    }

    @Test func `a copy from before the beginning stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let context = try FakeCUDA().context()
            let memory = try DeviceMemory(byteCount: 8, context)
            try memory.copy(from: memory, at: -4, byteCount: 4, on: CUDAStream(context))
        }
    }

    @Test func `an upload of elements that are not there stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let context = try FakeCUDA().context()
            let host = try PinnedMemory<Float>(count: 2, context)
            try DeviceMemory(byteCount: 64, context).upload(host, 1..<3, on: CUDAStream(context))
        }
    }

    @Test func `a download of more than there is stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let context = try FakeCUDA().context()
            let host = try PinnedMemory<Float>(count: 3, context)
            try DeviceMemory(byteCount: 8, context).download(host, on: CUDAStream(context))
        }
    }
}
