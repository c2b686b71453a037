import ApusData
import ApusSession
import ArgumentParser

/// How much each class counts in the loss: `1.0,1.5,2.0,2.4`, `balanced` or `none`.
enum ClassWeightOption: ExpressibleByArgument, Equatable {
    case none
    /// By how rare a class is, as scikit-learn computes it: N / (C · rows of the class).
    case balanced
    case given([Float])

    init?(argument: String) {
        switch argument {
        case "none": self = .none
        case "balanced": self = .balanced
        default:
            let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { part in
                Float(String(part.filter { !$0.isWhitespace && $0 != "[" && $0 != "]" }))
            }
            guard parts.allSatisfy({ $0.map { $0.isFinite && $0 >= 0 } ?? false }) else { return nil }
            self = .given(parts.compactMap { $0 })
        }
    }

    var defaultValueDescription: String { "none" }

    /// One weight per class; nil to weigh all the same.
    func weights(for distribution: ClassDistribution) throws(CellFailure) -> [Float]? {
        switch self {
        case .none: return nil
        case .balanced:
            let classes = Float(distribution.counts.count)
            return distribution.counts.map { $0 == 0 ? 1 : Float(distribution.total) / (classes * Float($0)) }
        case .given(let weights):
            guard weights.count == distribution.names.count else {
                throw CellFailure(
                    "ClassWeights", "--class-weights has \(weights.count) weights for \(distribution.names.count) classes",
                    details: ["the classes are \(distribution.names.joined(separator: ", "))"], hint: "give one weight per class, in that order")
            }
            return weights
        }
    }
}
