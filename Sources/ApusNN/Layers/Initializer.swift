import ApusTensor

/// First values of a parameter; the random ones are a pure function of (seed, number of the parameter).
public enum Initializer: Sendable, Equatable {
    case zeros
    case ones
    /// Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010).
    case glorotUniform
    /// Uniform in ±limit.
    case uniform(limit: Float)
    /// Rows of a random orthogonal matrix (Saxe et al. 2014).
    case orthogonal
    /// An LSTM bias: zeros, but ones for the forget gate (Jozefowicz et al. 2015).
    case unitForgetBias

    /// Values of a parameter (rows, columns), or (count).
    func values(shape: [Int], seed: UInt64, parameter: Int) -> [Float] {
        let count = Tensor.count(of: shape)
        let random = Philox(seed: seed, stream: UInt64(parameter))
        switch self {
        case .zeros: return [Float](repeating: 0, count: count)
        case .ones: return [Float](repeating: 1, count: count)
        case .glorotUniform:
            let limit = (6 / Float(shape[0] + shape[shape.count - 1])).squareRoot()
            return (0..<count).map { (2 * random.uniform(at: UInt64($0)) - 1) * limit }
        case .uniform(let limit): return (0..<count).map { (2 * random.uniform(at: UInt64($0)) - 1) * limit }
        case .orthogonal: return Self.orthogonal(rows: shape[0], columns: shape[1], random)
        case .unitForgetBias:
            let units = count / 4
            return (0..<count).map { $0 >= units && $0 < 2 * units ? 1 : 0 }
        }
    }

    /// Gram-Schmidt, twice for accuracy, on a normal matrix with the longer side as vectors: the Q of QR with a positive diagonal of R.
    private static func orthogonal(rows: Int, columns: Int, _ random: Philox) -> [Float] {
        let (vectors, length) = (min(rows, columns), max(rows, columns))
        var basis: [[Double]] = []
        basis.reserveCapacity(vectors)
        for v in 0..<vectors {
            var vector = (0..<length).map { random.normal(at: UInt64(v * length + $0)) }
            for _ in 0..<2 {
                for other in basis {
                    var dot = 0.0
                    for i in 0..<length { dot += vector[i] * other[i] }
                    for i in 0..<length { vector[i] -= dot * other[i] }
                }
            }
            var square = 0.0
            for x in vector { square += x * x }
            let norm = square.squareRoot()
            for i in 0..<length { vector[i] /= norm }
            basis.append(vector)
        }
        return (0..<rows * columns).map { index in
            let (row, column) = (index / columns, index % columns)
            return Float(rows <= columns ? basis[row][column] : basis[column][row])
        }
    }
}
