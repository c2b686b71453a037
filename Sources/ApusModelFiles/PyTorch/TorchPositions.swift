import Glibc

/// The table of positions that PyTorch modules keep as a buffer `pe`: sin(t / 10000^(2i/F)) at feature 2i, the cosine of the same at 2i + 1.
enum TorchPositions {
    /// Rows that the module of the price-action transformer makes, whatever the length of its windows.
    static let usualSteps = 5000

    /// (steps, 1, features)
    static func table(steps: Int, features: Int) -> WeightArray {
        let rates = (0..<(features + 1) / 2).map { Float(exp(-log(10_000) * Double(2 * $0) / Double(features))) }
        var values: [Float] = []
        values.reserveCapacity(steps * features)
        for step in 0..<steps {
            for feature in 0..<features {
                // The product is rounded to Float32, as PyTorch's is.
                let angle = Double(Float(step) * rates[feature / 2])
                values.append(Float(feature.isMultiple(of: 2) ? sin(angle) : cos(angle)))
            }
        }
        return WeightArray(shape: [steps, 1, features], values: values)
    }

    /// Whether the first `steps` rows of a buffer are this table, whatever its number of dimensions.
    static func holds(_ buffer: WeightArray, steps: Int, features: Int) -> Bool {
        guard buffer.shape.last == features, buffer.values.count >= steps * features else { return false }
        return zip(table(steps: steps, features: features).values, buffer.values).allSatisfy { ($0 - $1).magnitude < 1e-3 }
    }
}
