import ApusData
import ApusSession
import Glibc

/// The tables of `%%preprocess`: shapes, and how each target is distributed over the parts.
struct DataTables {
    private let data: any TrainingData
    private let parts: [(name: String, rows: Range<Int>)]

    init(_ data: any TrainingData) {
        self.data = data
        parts = [("training", data.split.training), ("validation", data.split.validation), ("test", data.split.test)]
    }

    func show(in cell: CellContext) {
        let shape = data.inputShape
        cell.out.display(
            TableView(
                title: "Shapes", headers: ["part", "inputs"] + data.targets.map(header),
                rows: parts.map { name, rows in
                    [name, "(\(rows.count), \(shape[0]), \(shape[1]))"] + data.targets.map { "(\(rows.count), \($0.outputs))" }
                }
            ).bundle)
        for target in data.targets { show(target, cell) }
    }

    private func header(_ target: DataTarget) -> String {
        switch target.kind {
        case .classes: "classes, one-hot"
        case .binary: "\(target.name), 0 or 1"
        case .number(.plain): target.name
        case .number(.log1p(let unit)): "\(unit), log(1 + n)"
        }
    }

    private func show(_ target: DataTarget, _ cell: CellContext) {
        switch target.kind {
        case .classes(let names):
            showShares(target, "Share of each class", names, cell) { rows in
                data.labels(target, of: rows).reduce(into: [Int](repeating: 0, count: names.count)) { $0[Int($1)] += 1 }
            }
        case .binary:
            showShares(target, "Share of each answer: \(target.title)", ["no", "yes"], cell) { rows in
                let yes = data.labels(target, of: rows).count { $0 == 1 }
                return [rows.count - yes, yes]
            }
        case .number(let scale): showStatistics(target, scale, cell)
        }
    }

    private func showShares(
        _ target: DataTarget, _ title: String, _ names: [String], _ cell: CellContext, counts: (Range<Int>) -> [Int]
    ) {
        let counted = parts.map { counts($0.rows) }
        cell.out.display(
            TableView(
                title: title, headers: ["class"] + parts.map(\.name),
                rows: names.enumerated().map { index, name in
                    [name] + counted.map { Number.percent(Double($0[index]) / Double(max(1, $0.reduce(0, +)))) }
                }
            ).bundle)
        for (part, counts) in zip(parts, counted) {
            for (name, count) in zip(names, counts) where count == 0 { cell.out.warn("the \(part.name) part has no row of class \(name)") }
        }
    }

    private func showStatistics(_ target: DataTarget, _ scale: DataTarget.Scale, _ cell: CellContext) {
        let isCount = if case .log1p = scale { true } else { false }
        func text(_ value: Double) -> String { isCount ? Number.text(value, digits: 1) : Number.significant(value) }
        let title = target.title.prefix(1).uppercased() + target.title.dropFirst()
        cell.out.display(
            TableView(
                title: title, headers: ["part", "mean", "sd", "min", "median", "max"],
                rows: parts.compactMap { name, rows in
                    TargetStatistics(data.labels(target, of: rows).map { isCount ? expm1(Double($0)) : Double($0) }).map { statistics in
                        [name]
                            + [statistics.mean, statistics.deviation, statistics.minimum, statistics.median, statistics.maximum].map(text)
                    }
                }
            ).bundle)
    }
}
