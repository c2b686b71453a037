import ApusCUDA
import ApusCUDAEngine
import ApusNN
import CUDATestSupport
import Testing

/// What the kernels cannot do is said before anything is allocated.
@Suite struct RefusalTests {
    private func error(_ layers: String, inputShape: [Int], capacity: Int, settings: String = "") throws -> CUDAError {
        let fake = try FakeCUDA(settings)
        let model = try Model(
            ModelDescription(parsing: "\(layers)\nHead(\"y\", loss: .meanSquaredError) { Dense(1) }"), inputShape: inputShape, seed: 1)
        let context = try fake.context()
        let error = try #require(
            #expect(throws: CUDAError.self) { try CUDATrainingStep(models: [model], batchCapacity: capacity, seeds: [1], on: context) })
        #expect(fake.statistics.allocations == 0 && fake.statistics.hostAllocations == 0)
        #expect(error.kind == .unavailable && error.nextStep.contains("--device cpu"))
        return error
    }

    @Test func `a grid with too many blocks`() throws {
        let layers = "Dense(8)\nMultiHeadAttention(heads: 4)\nGlobalAveragePooling()"
        #expect(try error(layers, inputShape: [2, 3], capacity: 32_768).message.contains("a batch of 32768 rows"))
    }

    @Test func `a recurrent layer whose step is too large`() throws {
        #expect(try error("LSTM(32)", inputShape: [1, 1], capacity: 1 << 24).message.contains("a batch of 16777216 rows"))
    }

    @Test func `attention over more steps than shared memory has room for`() throws {
        let layers = "Dense(4)\nMultiHeadAttention(heads: 1)\nGlobalAveragePooling()"
        let error = try error(layers, inputShape: [4000, 1], capacity: 1, settings: "capability=86")
        #expect(error.message.contains("attention over 4000 steps needs 125 KiB"))
    }
}
