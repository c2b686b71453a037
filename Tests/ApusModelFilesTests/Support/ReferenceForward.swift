import ApusModelFiles
import Foundation

/// What a Keras model computes, written as plainly as possible and in Double: the judge of files, independent of the engine.
struct ReferenceForward {
    let file: KerasModelFile

    /// One output per head, each (N, ...) flattened row-major, for inputs (N, ...).
    func outputs(_ inputs: NpyArray) throws -> [[Double]] {
        let rows = inputs.shape[0]
        let size = inputs.values.count / rows
        var outputs = [[Double]](repeating: [], count: file.graph.outputs.count)
        for row in 0..<rows {
            let values = inputs.values[row * size..<(row + 1) * size].map(Double.init)
            for (index, output) in try example(Sequence(values: values, shape: Array(inputs.shape[1...]))).enumerated() {
                outputs[index] += output
            }
        }
        return outputs
    }

    struct Sequence {
        var values: [Double]
        var shape: [Int]
    }

    private func example(_ input: Sequence) throws -> [[Double]] {
        var results: [String: Sequence] = [:]
        for layer in try file.graph.orderedLayers() {
            let weights = (file.weights[layer.name] ?? []).map { $0.values.map(Double.init) }
            let given = layer.inbound.map { results[$0]! } ?? input
            results[layer.name] =
                switch layer.kind {
                case .input, .dropout: given
                case .dense(let units, let activation): dense(given, units, activation, weights)
                case .lstm(let units, let returnSequences): lstm(given, units, returnSequences, weights)
                case .gru: preconditionFailure("models with a GRU are judged by Keras itself")
                }
        }
        return file.graph.outputs.map { results[$0]!.values }
    }

    /// y = activation(x W + b) over the last dimension.
    private func dense(_ x: Sequence, _ units: Int, _ activation: KerasActivation, _ weights: [[Double]]) -> Sequence {
        let features = x.shape.last!
        var values: [Double] = []
        for start in stride(from: 0, to: x.values.count, by: features) {
            var row = weights[1]
            for f in 0..<features { for u in 0..<units { row[u] += x.values[start + f] * weights[0][f * units + u] } }
            values += activate(row, activation)
        }
        return Sequence(values: values, shape: x.shape.dropLast() + [units])
    }

    /// Gates i, f, c, o.
    private func lstm(_ x: Sequence, _ units: Int, _ returnSequences: Bool, _ weights: [[Double]]) -> Sequence {
        let (steps, features) = (x.shape[0], x.shape[1])
        var h = [Double](repeating: 0, count: units)
        var c = h
        var sequence: [Double] = []
        for t in 0..<steps {
            var z = weights[2]
            for f in 0..<features { for k in 0..<4 * units { z[k] += x.values[t * features + f] * weights[0][f * 4 * units + k] } }
            for j in 0..<units { for k in 0..<4 * units { z[k] += h[j] * weights[1][j * 4 * units + k] } }
            for u in 0..<units {
                c[u] = sigmoid(z[units + u]) * c[u] + sigmoid(z[u]) * tanh(z[2 * units + u])
                h[u] = sigmoid(z[3 * units + u]) * tanh(c[u])
            }
            sequence += h
        }
        return returnSequences ? Sequence(values: sequence, shape: [steps, units]) : Sequence(values: h, shape: [units])
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    private func activate(_ row: [Double], _ activation: KerasActivation) -> [Double] {
        switch activation {
        case .linear: return row
        case .relu: return row.map { max($0, 0) }
        case .sigmoid: return row.map(sigmoid)
        case .gelu: return row.map { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }
        case .tanh: return row.map { tanh($0) }
        case .softmax:
            let exponentials = row.map { exp($0 - row.max()!) }
            return exponentials.map { $0 / exponentials.reduce(0, +) }
        }
    }
}

/// The largest difference between two arrays of equal size.
func largestDifference(_ left: [Double], _ right: [Float]) -> Double {
    left.count == right.count ? zip(left, right).reduce(0) { max($0, abs($1.0 - Double($1.1))) } : .infinity
}
