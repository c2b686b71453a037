import ApusTensor

extension Model {
    /// Copies of all parameters, in order.
    public func weights() -> [[Float]] { parameters.map { $0.withUnsafeBufferPointer { Array($0) } } }

    /// Replaces all parameters; changes nothing when the sizes do not fit.
    public func setWeights(_ weights: [[Float]]) throws(ModelError) {
        guard weights.count == parameters.count else {
            throw ModelError(.invalidInput, "\(weights.count) arrays for a model with \(parameters.count) parameters")
        }
        for (values, parameter) in zip(weights, parameters) where values.count != parameter.count {
            throw ModelError(
                .invalidInput,
                "\(parameter.name) \(shapeText(parameter.shape)) holds \(parameter.count) values, not \(values.count); the weights are of another model"
            )
        }
        for (values, parameter) in zip(weights, parameters) { values.withUnsafeBufferPointer { parameter.write($0) } }
    }

    /// The first parameter with a NaN or an infinite value; nil when all are finite.
    public func firstNonFiniteParameter() -> Parameter? {
        if Kernels.best.isFinite(parameterBuffer.values) { return nil }
        return parameters.first { parameter in !parameter.withUnsafeBufferPointer { Kernels.best.isFinite($0) } }
    }
}
