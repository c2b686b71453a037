import ApusIndicators
import ApusSession
import ArgumentParser

/// `%columns`: lists the columns that `%%preprocess --columns` computes.
struct ColumnsMagic: Magic {
    static let name = "columns"
    static let abstract = "Lists the columns that can be computed from candles, and the sets of them."
    static let example = "%columns price-action"
    static let isReadOnly = true

    @Argument(help: "A set, to list its columns.", completion: .list(FeatureColumns.setNames)) var set: String?

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        if let set {
            let columns = try FeatureColumns.named(set)
            cell.out.print("\(set): \(columns.count) columns, the first value of all in candle \(columns.warmUp + 1)")
            cell.out.print(columns.names.joined(separator: ", "))
            return
        }
        cell.out.display(
            TableView(
                title: "Columns for %%preprocess --columns", headers: ["column", "such as", "what"],
                rows: FeatureColumns.families.map { [$0.form, $0.example, $0.summary] }, alignments: [.left, .left, .left]
            ).bundle)
        for name in FeatureColumns.setNames {
            cell.out.print("The set \(name) has \((try FeatureColumns.named(name)).count) columns; `%columns \(name)` lists them.")
        }
    }
}
