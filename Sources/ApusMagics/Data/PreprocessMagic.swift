import ApusData
import ApusIndicators
import ApusSession
import ArgumentParser

/// `%%preprocess`: loads and checks what was downloaded, and splits it by time.
struct PreprocessMagic: Magic {
    static let name = "preprocess"
    static let abstract = "Loads and validates the arrays, or turns candles into windows of indicators, and splits them by time."
    static let discussion = """
        The split is chronological: training is the oldest part, test the most recent. `--sample 0.1` keeps the most recent tenth, for a \
        quick try. Of feature files, unlabelled rows are dropped with a count, and targets become one-hot classes and log(1 + bars).

        With `--columns` each example is a window over the candles of %%download or `--candles`: indicators (`%columns` lists them) of the \
        last `--window` candles, scaled by the training part, and as target what the `--horizon` candles after it did. No indicator looks \
        into the future, no window and no target crosses from one part into the next.
        """
    static let example = "%%preprocess --columns regressor --window 24 --target return --horizon 4"
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.data]

    @Option(help: "The share of the labelled rows to keep, the most recent ones.") var sample = 1.0
    @Option(help: "The share of the rows that the model learns from.") var train = 0.7
    @Option(help: "The share of the rows that decide when to stop; the rest is for the test.") var validation = 0.15
    @OptionGroup var windows: WindowOptions

    var needs: [any AnyWorkspaceKey] {
        // Of candles without columns the cell itself says what lacks.
        windows.columns != nil && windows.candles == nil ? [WorkspaceKeys.candles] : []
    }

    func validate() throws {
        guard sample > 0, sample <= 1 else { throw ValidationError("--sample must be above 0 and at most 1, not \(sample)") }
        guard train > 0, train < 1 else { throw ValidationError("--train must be between 0 and 1, not \(train)") }
        guard validation > 0, train + validation < 1 else {
            throw ValidationError("--train and --validation must leave rows for the test: \(train) + \(validation) is not below 1")
        }
    }

    static func values(for option: OptionDeclaration, in context: AssistanceContext) -> [Completions.Item] {
        guard option.names.contains("--columns") else { return [] }
        // Names that are there already stay before the one that is completed.
        let before = context.partial.lastIndex(of: ",").map { String(context.partial[...$0]) } ?? ""
        let sets = FeatureColumns.setNames.map { ($0, "a set of columns; `%columns \($0)` lists it") }
        let columns = FeatureColumns.families.map { ($0.example, $0.summary) }
        return (sets + columns).map { Completions.Item(before + $0.0, kind: "value", summary: $0.1) }
    }

    func check(_ context: CheckContext) {
        guard windows.columns == nil, !context.plan.contains(WorkspaceKeys.features) else { return }
        let missing = MissingWorkspaceValue(WorkspaceKeys.features, neededBy: Self.name)
        context.report(
            CellMistake("MissingPredecessor", missing.title, at: nil, hint: "put a %%\(WorkspaceKeys.features.producer) cell before it"))
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        if let columns = windows.columns { return try preprocessCandles(columns, cell) }
        if cell.workspace[WorkspaceKeys.features] == nil, cell.workspace[WorkspaceKeys.candles] != nil {
            throw CellMistake(
                "NoColumns", "%%download left candles, and %%preprocess needs to know what to compute from them", at: nil,
                hint: "add --columns regressor, or --columns price-action; `%columns` lists what there is")
        }
        let features = try cell.workspace.require(WorkspaceKeys.features)
        let progress = cell.progress("Checking the arrays", total: 100, unit: .percent)
        let sequences = try LabelledSequences.load(
            sequences: features.location(of: .sequences), classes: features.location(of: .classes), bars: features.location(of: .bars),
            sample: sample, progress: { progress.update(completed: Int($0 * 100)) }, shouldStop: { cell.shouldStop })
        progress.finish()
        let data = FeatureFileData(
            sequences: sequences, split: try ChronologicalSplit(rowCount: sequences.count, training: train, validation: validation),
            scaler: try StandardScaler(picklePath: features.location(of: .scaler)), features: features)
        cell.workspace[WorkspaceKeys.data] = data
        DataTables(data).show(in: cell)
        if sequences.droppedUnlabelled > 0 {
            cell.out.print("Dropped \(sequences.droppedUnlabelled) rows without a label: no turning point follows them yet.")
        }
        if sequences.droppedBySample > 0 { cell.out.print("Left out \(sequences.droppedBySample) older rows (--sample \(sample)).") }
    }

    private func preprocessCandles(_ columns: String, _ cell: CellContext) throws {
        let progress = cell.progress("Windows", total: 100, unit: .percent)
        let source = try windows.candles.map { CandleFile(path: cell.path($0)) } ?? cell.workspace.require(WorkspaceKeys.candles)
        let candles = try source.load(progress: { progress.update(completed: Int($0 * 30)) }, shouldStop: { cell.shouldStop })
        var preprocessing = try WindowPreprocessing(windows, columns: columns, sample: sample, training: train, validation: validation)
        let data = try preprocessing.data(
            candles, origin: source.origin(candles), cell, progress: { progress.update(completed: 30 + Int($0 * 70)) })
        progress.finish()
        cell.workspace[WorkspaceKeys.data] = data
        DataTables(data).show(in: cell)
        for note in preprocessing.notes { cell.out.print(note) }
    }
}
