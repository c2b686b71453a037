package import ApusCUDA
import ApusTensor

// Parameters, gradients and moments between the host's model and the device, in the layout of `Model.parameterBuffer`.
extension CUDATrainingStep {
    /// Makes the device's parameters those of the model.
    package func uploadParameters() throws(CUDAError) {
        try upload(model.parameterBuffer.values, to: plan.parameters.values)
    }

    /// Makes the model's parameters those of the device.
    package func downloadParameters() throws(CUDAError) {
        let values = try download(plan.parameters.values)
        model.parameterBuffer.update { flat in _ = flat.update(fromContentsOf: values) }
    }

    /// The gradient of the last step.
    package func gradients() throws(CUDAError) -> [Float] { Array(try download(plan.parameters.gradients)) }

    /// Moments of Adam, one float for each of the buffer; zeros before the first step.
    package func moments() throws(CUDAError) -> (momentum: [Float], velocity: [Float]) {
        (Array(try download(plan.parameters.momentum)), Array(try download(plan.parameters.velocity)))
    }

    package func setMoments(_ momentum: [Float], _ velocity: [Float]) throws(CUDAError) {
        try momentum.withUnsafeBufferPointer { values throws(CUDAError) in try upload(values, to: plan.parameters.momentum) }
        try velocity.withUnsafeBufferPointer { values throws(CUDAError) in try upload(values, to: plan.parameters.velocity) }
    }

    private func upload(_ values: UnsafeBufferPointer<Float>, to place: Int) throws(CUDAError) {
        _ = staging.elements.update(fromContentsOf: values)
        try slab.upload(staging, 0..<values.count, to: place * MemoryLayout<Float>.stride, on: stream)
        try stream.synchronize()
    }

    /// The buffer at `place`, valid until the next copy.
    private func download(_ place: Int) throws(CUDAError) -> UnsafeBufferPointer<Float> {
        let count = plan.parameters.count
        try slab.download(staging, 0..<count, from: place * MemoryLayout<Float>.stride, on: stream)
        try stream.synchronize()
        return UnsafeBufferPointer(rebasing: UnsafeBufferPointer(staging.elements)[0..<count])
    }
}
