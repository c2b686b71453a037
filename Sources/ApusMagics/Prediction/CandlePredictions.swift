import ApusData
import ApusIndicators
import ApusNN
import ApusPlot
import ApusSession
import ApusTensor

/// What a model says at the close of each candle.
struct CandlePredictions {
    let settings: WindowSettings
    /// The candles that are predicted at.
    let candles: CandleSeries
    /// One number per candle: the predicted return, or the probability of a yes.
    let values: [Float]
    /// Candles before the first prediction: their window is not full yet.
    let leading: Int

    /// - Throws: `DataError` with the numbers when there are too few candles for one window; `ModelError` with the code `interrupted`.
    init(
        _ saved: SavedModel, _ candles: CandleSeries, threads: Int, progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws {
        settings = saved.settings
        let table = try FeatureColumns(settings.columns).compute(candles, progress: { progress($0 * 0.4) }, shouldStop: shouldStop)
        guard table.rowCount >= settings.steps else {
            throw DataError(
                .invalidValues,
                "\(candles.count) candles are too few: \(table.warmUp) are needed before the indicators have values, and \(settings.steps) for a window"
            )
        }
        let rows = try WindowScaling.apply(saved.scaler, to: table)
        progress(0.5)
        values = try saved.model.predict(Tensor(windowsOf: rows, steps: settings.steps), threads: threads, shouldStop: shouldStop)[0].scalars
        self.candles = candles.suffix(values.count)
        leading = candles.count - values.count
        progress(1)
    }

    /// Whether the answer at a candle is a signal: a yes, or a return above 0.
    func isSignal(_ index: Int) -> Bool { values[index] > (settings.decisionThreshold ?? 0) }

    /// The name of the column of predictions.
    var valueName: String { settings.target.kind.isBinary ? "probability" : "predicted_return" }

    /// The last `count` candles, the latest at the end.
    func table(last count: Int, name: String) -> TableView {
        let rows = (max(0, values.count - count)..<values.count).map { index in
            [
                CalendarTime(milliseconds: candles.openTimes[index]).description, Number.significant(candles.closes[index]),
                valueText(index), isSignal(index) ? "▲" : "",
            ]
        }
        let ahead = settings.target.horizon == 1 ? "the next candle" : "the next \(settings.target.horizon) candles"
        let meaning =
            settings.target.kind.isBinary
            ? "▲ probability above \(Number.significant(Double(settings.decisionThreshold ?? 0.5)))" : "▲ predicted return above 0"
        return TableView(
            title: "\(name): last \(rows.count) of \(Number.grouped(values.count)) predictions about \(ahead); \(meaning)",
            headers: ["candle (UTC)", "close", valueName.replacing("_", with: " "), "signal"], rows: rows,
            alignments: [.left, .right, .right, .left])
    }

    private func valueText(_ index: Int) -> String {
        settings.target.kind.isBinary ? Number.text(Double(values[index])) : Number.text(Double(values[index]) * 100, digits: 3) + " %"
    }

    /// One line about the most recent candle.
    var latest: String {
        let last = values.count - 1
        let time = CalendarTime(milliseconds: candles.openTimes[last]).description
        return "Latest candle \(time), close \(Number.significant(candles.closes[last])): \(valueName.replacing("_", with: " ")) \(valueText(last))"
            + (isSignal(last) ? ", a signal." : ", no signal.")
    }

    /// The close with a dot at each signal, of the last `count` candles.
    func plot(last count: Int) -> MIMEBundle {
        let shown = max(0, values.count - count)..<values.count
        // Gaps between the dots keep neighbouring signals from becoming a line.
        var (x, y): ([Double], [Double]) = ([], [])
        for index in shown where isSignal(index) {
            x += [Double(index - shown.lowerBound), Double(index - shown.lowerBound)]
            y += [candles.closes[index], .nan]
        }
        let plot = LinePlot(
            "Close and signals",
            series: [
                LinePlot.Series("close", x: shown.map { Double($0 - shown.lowerBound) }, y: shown.map { candles.closes[$0] }),
                LinePlot.Series("signal", x: x, y: y),
            ], x: Axis("candle since \(CalendarTime(milliseconds: candles.openTimes[shown.lowerBound]))"), y: Axis("price"))
        let figure = Figure([plot], title: "", columns: 1, panelWidth: 720, panelHeight: 320)
        return MIMEBundle(text: figure.text(), svg: figure.svg())
    }
}
