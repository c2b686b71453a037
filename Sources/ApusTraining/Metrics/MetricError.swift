/// Why a metric cannot be computed from the arrays it was given.
public struct MetricError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    static func unequal(_ what: String, _ left: Int, _ right: Int) -> MetricError {
        MetricError("\(what): \(left) true values but \(right) predictions; both must describe the same rows.")
    }

    static func empty(_ metric: String) -> MetricError {
        MetricError("\(metric) of no rows is undefined: the set to evaluate is empty.")
    }

    /// Refuses NaN and infinities: a metric of them would be a number that means nothing.
    static func checkFinite(_ values: [Float], _ what: String, rowLength: Int = 1) throws(MetricError) {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        let column = rowLength > 1 ? ", column \(index % rowLength)" : ""
        throw MetricError(
            "\(what) at row \(index / rowLength)\(column) is \(values[index]); metrics need finite numbers. Look at the data or at the training run.")
    }
}
