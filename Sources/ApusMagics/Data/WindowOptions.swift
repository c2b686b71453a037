import ApusData
import ApusIndicators
import ApusSession
import ArgumentParser

/// The options of `%%preprocess` that turn candles into windows.
struct WindowOptions: ParsableArguments {
    @Option(
        help: """
            Windows over candles with these columns instead of feature files: a set (\(FeatureColumns.setNames.joined(separator: ", "))), \
            names of columns such as rsi_14 or ema_50, or both, separated by commas; -name leaves one out.
            """)
    var columns: String?
    @Option(
        help: "With --columns: the candles, CSV, Parquet or Feather, instead of those of %%download.",
        completion: .file(extensions: ["csv", "parquet", "feather", "arrow"]))
    var candles: String?
    @Option(help: "With --columns: candles a window covers (default: 24).") var window: Int?
    @Option(help: "With --columns: what to predict: return, log-return, signal (the return is above the threshold) or barrier (default: return).")
    var target: TargetKind?
    @Option(help: "With --columns: how many candles the target looks ahead (default: 1).") var horizon: Int?
    @Option(help: "With --target signal or barrier: the threshold in percent (default: 0 for signal, 1 for barrier).") var threshold: Double?
    @Option(help: "With --columns: how columns are scaled, fitted on the training part (default: standard).") var scaling: Scaling?

    enum TargetKind: String, CaseIterable, ExpressibleByArgument {
        case `return`
        case logReturn = "log-return"
        case signal, barrier

        var kind: ForwardTarget.Kind {
            switch self {
            case .return: .simpleReturn
            case .logReturn: .logReturn
            case .signal: .signal
            case .barrier: .barrier
            }
        }
    }

    enum Scaling: String, CaseIterable, ExpressibleByArgument {
        /// (x - mean) / standard deviation.
        case standard
        case none
    }

    static let standardWindow = 24

    func validate() throws {
        guard let columns else {
            let given: [(String, Bool)] = [
                ("--candles", candles != nil), ("--window", window != nil), ("--target", target != nil), ("--horizon", horizon != nil),
                ("--threshold", threshold != nil), ("--scaling", scaling != nil),
            ]
            if let name = given.first(where: \.1)?.0 {
                throw ValidationError("\(name) is about windows over candles and needs --columns, such as --columns regressor")
            }
            return
        }
        if let window, !(1...4096).contains(window) { throw ValidationError("--window must be 1 to 4096, not \(window)") }
        if threshold != nil, !(target?.kind.isBinary ?? false) {
            throw ValidationError("--threshold belongs to --target signal or barrier; a return has none")
        }
        do throws(DataError) { _ = try forwardTarget() } catch { throw ValidationError("--horizon or --threshold: \(error.message)") }
        do { _ = try Self.featureColumns(columns) } catch { throw ValidationError("--columns: \(error)") }
    }

    func forwardTarget() throws(DataError) -> ForwardTarget {
        let kind = target?.kind ?? .simpleReturn
        return try ForwardTarget(kind, horizon: horizon ?? 1, threshold: (threshold ?? (kind == .barrier ? 1 : 0)) / 100)
    }

    /// Sets and names in their order, without repetitions and without what a leading dash leaves out.
    static func featureColumns(_ text: String) throws -> FeatureColumns {
        var names: [String] = []
        for part in text.split(separator: ",").map({ String($0.filter { !$0.isWhitespace }) }) where !part.isEmpty {
            if part.hasPrefix("-") {
                let name = String(part.dropFirst())
                guard names.contains(name) else {
                    throw DataError(.invalidValues, "'\(part)' leaves out a column that is not among those before it")
                }
                names.removeAll { $0 == name }
            } else {
                for name in try FeatureColumns.setNames.contains(part) ? FeatureColumns.named(part).names : [part] where !names.contains(name) {
                    names.append(name)
                }
            }
        }
        return try FeatureColumns(names)
    }
}
