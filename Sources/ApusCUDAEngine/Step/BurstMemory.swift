import ApusCUDA
import CApusCUDA

/// What host and device exchange for the steps of a burst.
struct BurstMemory {
    /// Steps of a burst at most.
    let capacity: Int
    /// (models, steps).
    let controls: DeviceArray<apus_cuda_control_t>
    /// (models, rows of a burst).
    let indices: DeviceArray<Int32>
    /// One for each model.
    let status: DeviceArray<apus_cuda_status_t>
    /// (models, steps, floats of a step).
    let results: DeviceArray<Float>
    /// Rows of a burst of one model at most.
    let rowCapacity: Int
    private let resultStride: Int
    private let models: Int

    /// Steps enough to hide what a launch costs, few enough to stop within some milliseconds.
    private static let mostSteps = 64
    private static let mostResultFloats = 1 << 22

    init(_ plan: DevicePlan, _ context: CUDAContext) throws(CUDAError) {
        models = plan.models
        resultStride = plan.results.stride
        capacity = max(1, min(Self.mostSteps, Self.mostResultFloats / (plan.models * resultStride)))
        rowCapacity = capacity * plan.capacity
        controls = try DeviceArray(count: plan.models * capacity, context)
        indices = try DeviceArray(count: plan.models * rowCapacity, context)
        status = try DeviceArray(count: plan.models, context)
        results = try DeviceArray(count: plan.models * capacity * resultStride, context)
    }

    var resultModelStride: Int { capacity * resultStride }

    /// Numbers of the rows of one model's burst, on the host.
    func rowNumbers(of model: Int) -> UnsafeMutableBufferPointer<Int32> {
        UnsafeMutableBufferPointer(rebasing: indices.host.elements[model * rowCapacity..<(model + 1) * rowCapacity])
    }

    /// Brings controls and indices of a burst to the device, where the first step is next.
    /// - Parameter rows: of each model's burst.
    func begin(steps: Int, rows: [Int], on stream: CUDAStream) throws(CUDAError) {
        for (model, count) in rows.enumerated() {
            try controls.upload(model * capacity..<model * capacity + steps, on: stream)
            try indices.upload(model * rowCapacity..<model * rowCapacity + count, on: stream)
        }
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
