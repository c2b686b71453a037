/// What a progress bar counts.
public enum ProgressUnit: Sendable, Equatable, ExpressibleByStringLiteral {
    /// Things with a name in the plural: `batches`.
    case things(String)
    /// Shown as `4.6 MB of 34.3 MB` and `217.9 MB/s`.
    case bytes
    /// A share of 100 that is not a count of anything: only the percentage is shown.
    case percent

    public init(stringLiteral value: String) { self = .things(value) }

    /// How far the work is.
    func amount(_ completed: Int, of total: Int?) -> String? {
        switch self {
        case .things(let name): total.map { "\(completed)/\($0) \(name)" } ?? "\(completed) \(name)"
        case .bytes: total.map { "\(ByteCount.text(completed)) of \(ByteCount.text($0))" } ?? ByteCount.text(completed)
        case .percent: nil
        }
    }

    /// How fast it goes, from things a second.
    func speed(_ rate: Double) -> String? {
        switch self {
        case .things(let name): "\(Clock.significant(rate)) \(name)/s"
        case .bytes: rate < 1e15 ? "\(ByteCount.text(Int(rate)))/s" : nil
        case .percent: nil
        }
    }
}
