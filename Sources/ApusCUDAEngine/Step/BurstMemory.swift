import ApusCUDA
import CApusCUDA

/// What host and device exchange for the steps of a burst.
struct BurstMemory {
    /// Steps of a burst at most.
    let capacity: Int
    let controls: DeviceArray<apus_cuda_control_t>
    let indices: DeviceArray<Int32>
    /// One for each model.
    let status: DeviceArray<apus_cuda_status_t>
    /// (models, steps, floats of a step).
    let results: DeviceArray<Float>
    private let resultStride: Int
    private let models: Int

    /// Steps enough to hide what a launch costs, few enough to stop within some milliseconds.
    private static let mostSteps = 64
    private static let mostResultFloats = 1 << 20

    init(_ plan: DevicePlan, _ context: CUDAContext) throws(CUDAError) {
        models = plan.models
        resultStride = plan.results.stride
        capacity = max(1, min(Self.mostSteps, Self.mostResultFloats / (plan.models * resultStride)))
        controls = try DeviceArray(count: capacity, context)
        indices = try DeviceArray(count: capacity * plan.capacity, context)
        status = try DeviceArray(count: plan.models, context)
        results = try DeviceArray(count: plan.models * capacity * resultStride, context)
    }

    var resultModelStride: Int { capacity * resultStride }

    /// Brings controls and indices of a burst to the device, where the first step is next.
    func begin(steps: Int, indexCount: Int, on stream: CUDAStream) throws(CUDAError) {
        try controls.upload(0..<steps, on: stream)
        try indices.upload(0..<indexCount, on: stream)
        try status.device.fill(byte: 0, on: stream)
    }

    /// Brings results and status back, and waits for them.
    func end(steps: Int, on stream: CUDAStream) throws(CUDAError) {
        for model in 0..<models {
            let first = model * resultModelStride
            try results.download(first..<first + steps * resultStride, on: stream)
        }
        try status.download(0..<models, on: stream)
        try stream.synchronize()
    }

    /// Results of one step of one model.
    func result(step: Int, model: Int) -> UnsafeMutablePointer<Float> {
        results.host.elements.baseAddress! + model * resultModelStride + step * resultStride
    }
}
