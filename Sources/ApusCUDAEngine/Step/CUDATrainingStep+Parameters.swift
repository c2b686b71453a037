package import ApusCUDA
import ApusTensor

// Parameters, gradients and moments between the host's model and the device, in the layout of `Model.parameterBuffer`.
extension CUDATrainingStep {
    /// Makes the device's parameters those of the model.
    package func uploadParameters(ofModel model: Int = 0) throws(CUDAError) {
        try upload(models[model].parameterBuffer.values, to: plan.parameters.values, model)
    }

    /// Makes the model's parameters those of the device.
    package func downloadParameters(ofModel model: Int = 0) throws(CUDAError) {
        let values = try download(plan.parameters.values, model)
        models[model].parameterBuffer.update { flat in _ = flat.update(fromContentsOf: values) }
    }

    /// The gradient of the last step.
    package func gradients(ofModel model: Int = 0) throws(CUDAError) -> [Float] { Array(try download(plan.parameters.gradients, model)) }

    /// Moments of Adam, one float for each of the buffer; zeros before the first step.
    package func moments(ofModel model: Int = 0) throws(CUDAError) -> (momentum: [Float], velocity: [Float]) {
        (Array(try download(plan.parameters.momentum, model)), Array(try download(plan.parameters.velocity, model)))
    }

    package func setMoments(_ momentum: [Float], _ velocity: [Float], ofModel model: Int = 0) throws(CUDAError) {
        try momentum.withUnsafeBufferPointer { values throws(CUDAError) in try upload(values, to: plan.parameters.momentum, model) }
        try velocity.withUnsafeBufferPointer { values throws(CUDAError) in try upload(values, to: plan.parameters.velocity, model) }
    }

    private func upload(_ values: UnsafeBufferPointer<Float>, to place: Int, _ model: Int) throws(CUDAError) {
        _ = staging.elements.update(fromContentsOf: values)
        try slab.upload(staging, 0..<values.count, to: byteOffset(place, ofModel: model), on: stream)
        try stream.synchronize()
    }

    /// The buffer at `place`, valid until the next copy.
    private func download(_ place: Int, _ model: Int) throws(CUDAError) -> UnsafeBufferPointer<Float> {
        let count = plan.parameters.count
        try slab.download(staging, 0..<count, from: byteOffset(place, ofModel: model), on: stream)
        try stream.synchronize()
        return UnsafeBufferPointer(rebasing: UnsafeBufferPointer(staging.elements)[0..<count])
    }
}
