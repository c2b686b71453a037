import ApusData
import ApusSession
import ArgumentParser

/// `%%preprocess`: loads and checks the arrays, drops unlabelled rows, and splits by time.
struct PreprocessMagic: Magic {
    static let name = "preprocess"
    static let abstract = "Loads and validates the arrays, drops unlabelled rows with a count, and splits them by time."
    static let discussion = """
        Targets become one-hot classes and log(1 + bars). The split is chronological: training is the oldest part, test the most recent. \
        `--sample 0.1` keeps the most recent tenth, for a quick try.
        """
    static let example = "%%preprocess --sample 0.1"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.features]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.data]

    @Option(help: "The share of the labelled rows to keep, the most recent ones.") var sample = 1.0
    @Option(help: "The share of the rows that the model learns from.") var train = 0.7
    @Option(help: "The share of the rows that decide when to stop; the rest is for the test.") var validation = 0.15

    func validate() throws {
        guard sample > 0, sample <= 1 else { throw ValidationError("--sample must be above 0 and at most 1, not \(sample)") }
        guard train > 0, train < 1 else { throw ValidationError("--train must be between 0 and 1, not \(train)") }
        guard validation > 0, train + validation < 1 else {
            throw ValidationError("--train and --validation must leave rows for the test: \(train) + \(validation) is not below 1")
        }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let features = try cell.workspace.require(WorkspaceKeys.features)
        let progress = cell.progress("Checking the arrays", total: 100, unit: .percent)
        let sequences = try LabelledSequences.load(
            sequences: features.location(of: .sequences), classes: features.location(of: .classes), bars: features.location(of: .bars),
            sample: sample, progress: { progress.update(completed: Int($0 * 100)) }, shouldStop: { cell.shouldStop })
        progress.finish()
        let data = TrainingData(
            sequences: sequences, split: try ChronologicalSplit(rowCount: sequences.count, training: train, validation: validation),
            scaler: try StandardScaler(picklePath: features.location(of: .scaler)), features: features)
        cell.workspace[WorkspaceKeys.data] = data
        show(data, cell)
    }

    private func show(_ data: TrainingData, _ cell: CellContext) {
        let parts = [("training", data.split.training), ("validation", data.split.validation), ("test", data.split.test)]
        cell.out.display(
            TableView(
                title: "Shapes", headers: ["part", "inputs", "classes, one-hot", "bars, log(1 + n)"],
                rows: parts.map { name, rows in
                    [
                        name, "(\(rows.count), \(data.steps), \(data.featureCount))", "(\(rows.count), \(data.sequences.classNames.count))",
                        "(\(rows.count), 1)",
                    ]
                }
            ).bundle)
        let distributions = parts.map { data.sequences.classDistribution(of: $0.1) }
        cell.out.display(
            TableView(
                title: "Share of each class", headers: ["class"] + parts.map(\.0),
                rows: data.sequences.classNames.enumerated().map { index, name in [name] + distributions.map { Number.percent($0.shares[index]) } }
            ).bundle)
        cell.out.display(
            TableView(
                title: "Bars to the next turning point", headers: ["part", "mean", "sd", "min", "median", "max"],
                rows: parts.compactMap { name, rows in
                    data.sequences.barStatistics(of: rows).map { bars in
                        [name] + [bars.mean, bars.deviation, bars.minimum, bars.median, bars.maximum].map { Number.text($0, digits: 1) }
                    }
                }
            ).bundle)
        if data.sequences.droppedUnlabelled > 0 {
            cell.out.print("Dropped \(data.sequences.droppedUnlabelled) rows without a label: no turning point follows them yet.")
        }
        if data.sequences.droppedBySample > 0 { cell.out.print("Left out \(data.sequences.droppedBySample) older rows (--sample \(sample)).") }
        for (part, distribution) in zip(parts, distributions) {
            for (name, count) in zip(distribution.names, distribution.counts) where count == 0 {
                cell.out.warn("the \(part.0) part has no row of class \(name)")
            }
        }
    }
}
