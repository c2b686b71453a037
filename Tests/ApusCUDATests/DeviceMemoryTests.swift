import ApusCUDA
import CUDATestSupport
import Testing

@Suite struct DeviceMemoryTests {
    private let fake: FakeCUDA
    private let context: CUDAContext
    private let stream: CUDAStream

    init() throws {
        fake = try FakeCUDA("memory=1073741824")
        context = try fake.context()
        stream = try CUDAStream(context)
    }

    private func pinned<Element: BitwiseCopyable>(_ elements: [Element]) throws -> PinnedMemory<Element> {
        let memory = try PinnedMemory<Element>(count: elements.count, context)
        _ = memory.elements.initialize(from: elements)
        return memory
    }

    @Test func `what goes up comes down`() throws {
        let sent = try pinned((0..<1000).map(Float.init))
        let received = try pinned([Float](repeating: -1, count: 1000))
        let memory = try DeviceMemory(Float.self, count: 1000, context)
        try memory.upload(sent, on: stream)
        try memory.download(received, on: stream)
        try stream.synchronize()
        #expect(Array(received.elements) == Array(sent.elements))
    }

    @Test func `parts go to places and come from places`() throws {
        let sent = try pinned([Int32](0..<10))
        let received = try pinned([Int32](repeating: -1, count: 6))
        let memory = try DeviceMemory(Int32.self, count: 8, context)
        try memory.fill(byte: 0, on: stream)
        try memory.upload(sent, 3..<6, to: 4, on: stream)
        try memory.download(received, 1..<6, from: 0, on: stream)
        try stream.synchronize()
        #expect(Array(received.elements) == [-1, 0, 3, 4, 5, 0])
    }

    @Test func `structures keep their layout`() throws {
        struct Pair: BitwiseCopyable, Equatable {
            var a: UInt8
            var b: Double
        }
        let sent = try pinned([Pair(a: 1, b: 2), Pair(a: 3, b: .pi)])
        let received = try pinned([Pair(a: 0, b: 0), Pair(a: 0, b: 0)])
        let memory = try DeviceMemory(Pair.self, count: 2, context)
        #expect(memory.byteCount == 32)
        try memory.upload(sent, on: stream)
        try memory.download(received, on: stream)
        try stream.synchronize()
        #expect(Array(received.elements) == Array(sent.elements))
    }

    @Test func `fills set bytes and numbers, from a place on and no further`() throws {
        let received = try pinned([Float](repeating: -1, count: 6))
        let memory = try DeviceMemory(Float.self, count: 6, context)
        try memory.fill(byte: 0, on: stream)
        try memory.fill(float: 1.5, at: 4, count: 2, on: stream)
        try memory.fill(byte: 0xFF, at: 20, count: 4, on: stream)
        try memory.download(received, on: stream)
        try stream.synchronize()
        #expect(Array(received.elements.prefix(5)) == [0, 1.5, 1.5, 0, 0])
        #expect(received.elements[5].bitPattern == 0xFFFF_FFFF)
    }

    @Test func `the device copies within itself`() throws {
        let sent = try pinned([Int32](0..<8))
        let received = try pinned([Int32](repeating: -1, count: 4))
        let source = try DeviceMemory(Int32.self, count: 8, context)
        let target = try DeviceMemory(Int32.self, count: 4, context)
        try source.upload(sent, on: stream)
        try target.fill(byte: 0, on: stream)
        try target.copy(from: source, at: 8, to: 4, byteCount: 12, on: stream)
        try target.download(received, on: stream)
        try stream.synchronize()
        #expect(Array(received.elements) == [0, 2, 3, 4])
    }

    @Test func `nothing may be allocated, filled and copied`() throws {
        let memory = try DeviceMemory(byteCount: 0, context)
        let none = try PinnedMemory<Float>(count: 0, context)
        try memory.fill(byte: 1, on: stream)
        try memory.fill(float: 1, on: stream)
        try memory.upload(none, on: stream)
        try memory.download(none, on: stream)
        try memory.copy(from: memory, byteCount: 0, on: stream)
        try stream.synchronize()
        #expect(none.count == 0)
    }

    @Test func `places have addresses of their own`() throws {
        let memory = try DeviceMemory(Float.self, count: 4, context)
        #expect(UInt64(UInt(bitPattern: memory.pointer(to: Float.self))) == memory.address)
        #expect(memory.pointer(to: Float.self, byteOffset: 8) == memory.pointer(to: Float.self) + 2)
    }

    @Test func `memory goes back when the last reference goes`() throws {
        func use() throws {
            let memory = try DeviceMemory(byteCount: 1000, context)
            let host = try PinnedMemory<UInt8>(count: 10, context)
            #expect(fake.statistics.allocations == 1)
            #expect(fake.statistics.bytes >= 1000)
            #expect(fake.statistics.hostAllocations == 1)
            withExtendedLifetime((memory, host)) {}
        }
        try use()
        #expect(fake.statistics.allocations == 0)
        #expect(fake.statistics.hostAllocations == 0)
    }

    @Test func `too little memory is told in numbers`() throws {
        let used = try DeviceMemory(byteCount: 256 << 20, context)
        let error = try cudaError { try DeviceMemory(byteCount: 3 << 30, context) }
        #expect(error.kind == .outOfMemory)
        #expect(error.code == 2)
        #expect(error.message == "the GPU has too little memory: 3.0 GiB are needed, 768 MiB of 1.0 GiB are free")
        #expect(error.nextStep.hasPrefix("Use a smaller --batch-size"))
        withExtendedLifetime(used) {}
        // The failure costs nothing: what fits still does.
        _ = try DeviceMemory(byteCount: 512 << 20, context)
    }

    @Test func `too little memory is told when the driver cannot count`() throws {
        fake.set("memory=1024,fail=cuMemGetInfo:1")
        let error = try cudaError { try DeviceMemory(byteCount: 4096, context) }
        #expect(error.message == "the GPU has too little memory: 4 KiB are needed, less is free")
    }

    @Test func `too little memory of the host is told as such`() throws {
        fake.set("fail=cuMemHostAlloc:2")
        let error = try cudaError { try PinnedMemory<Double>(count: 1 << 20, context) }
        #expect(error.kind == .outOfMemory)
        #expect(error.message == "the host has too little memory that the GPU may copy from: 8 MiB are needed")
    }

    @Test func `memory in use is counted`() throws {
        let before = try context.memory()
        let memory = try DeviceMemory(byteCount: 1 << 20, context)
        let after = try context.memory()
        #expect(before.total == 1 << 30)
        #expect(after.total == before.total)
        #expect(before.free - after.free >= 1 << 20)
        withExtendedLifetime(memory) {}
    }
}
