import ApusPlot
import Glibc
import Testing

/// One plot of every kind, with the data that training shows; the snapshots are made from them.
struct GalleryPlot: Sendable, CustomTestStringConvertible {
    let name: String
    let svg: @Sendable () -> String
    let text: @Sendable () -> String

    var testDescription: String { name }

    init(_ name: String, _ plot: any Plot) {
        self.name = name
        svg = { plot.svg() }
        text = { plot.text }
    }

    init(_ name: String, _ figure: Figure) {
        self.name = name
        svg = { figure.svg() }
        text = { figure.text() }
    }

    static let all = [
        GalleryPlot("training-curves", Figure(curves(epochs: 24, best: 17), title: "multi-task-lstm: training")),
        GalleryPlot("loss", curves(epochs: 60, best: 45)[0]),
        GalleryPlot("two-epochs", Figure(curves(epochs: 2, best: 2), columns: 2)),
        GalleryPlot("confusion", HeatMap(confusion: confusion, classes: ["HH", "LL", "HL", "LH"], title: "direction: confusion matrix (test)")),
        GalleryPlot(
            "classes",
            BarPlot(
                "Class distribution", categories: ["HH", "LL", "HL", "LH"],
                series: [
                    .init("train", [62_721, 47_013, 25_820, 18_134]), .init("validation", [13_440, 10_074, 5533, 3886]),
                    .init("test", [13_441, 10_070, 5530, 3890]),
                ], yLabel: "rows")),
        GalleryPlot("shares", BarPlot("Class distribution", categories: ["HH", "LL", "HL", "LH"], values: [407, 306, 168, 118], showsShares: true)),
        GalleryPlot(
            "histogram", BarPlot(histogramOf: pairs(4000).map(\.y), bins: 30, title: "Bars to the next swing", xLabel: "log(1 + bars)")),
        GalleryPlot("density", scatter(20_000)),
        GalleryPlot("scatter", scatter(300)),
        GalleryPlot(
            "rates-log",
            LinePlot(
                "Learning rate", series: [.init("rate", (0..<40).map { 1e-3 * pow(0.5, Double($0 / 8)) })],
                y: Axis("learning rate", scale: .logarithmic))),
        GalleryPlot("long", LinePlot("Batch loss", series: [.init("loss", noise(20_000))], x: Axis("step"), y: Axis("loss"))),
        GalleryPlot(
            "gaps",
            LinePlot(
                "Gaps", series: [.init("with gaps", [1, .nan, 3, 4, .infinity, 2, 1, .nan, 5]), .init("nothing", [.nan]), .init("one", [2.5])])),
        GalleryPlot(
            "empty",
            Figure([
                LinePlot("No epochs", series: []), HeatMap("No counts", counts: [], rowNames: [], columnNames: []),
                BarPlot("No classes", categories: [], values: []), ScatterPlot("No points", x: [], y: []),
            ])),
        GalleryPlot(
            "hostile",
            LinePlot(
                "<script>alert('x')</script> & \"quotes\" \u{1}\u{0} 漢字 😀 " + String(repeating: "very long title ", count: 10),
                series: [.init("a<b&c\"", [1, 2]), .init("\u{202E}rtl ]]>", [2, 1])], x: Axis("x<y"), y: Axis("\"y\""),
                markers: [.init(x: 2, label: "<best> & last")])),
    ]

    /// The four curves of the two-headed model, made up but of the usual shape.
    static func curves(epochs: Int, best: Int) -> [LinePlot] {
        func curve(_ from: Double, _ to: Double, _ rise: Double, _ seed: UInt64) -> [Double] {
            let wobble = noise(epochs, seed: seed)
            return (0..<epochs).map { epoch in
                let t = Double(epoch) / Double(max(1, best))
                return to + (from - to) * exp(-3 * t) + (t > 1 ? rise * (t - 1) : 0) + 0.02 * (from - to) * (wobble[epoch] - 0.5)
            }
        }
        let marker = LinePlot.Marker(x: Double(best), label: "best epoch \(best)")
        func plot(_ title: String, _ label: String, _ train: [Double], _ validation: [Double]) -> LinePlot {
            LinePlot(title, series: [.init("train", train), .init("validation", validation)], y: Axis(label), markers: [marker])
        }
        return [
            plot("Loss", "total loss", curve(2.8, 0.9, 0, 1), curve(2.6, 1.05, 0.25, 2)),
            plot("direction: accuracy", "accuracy", curve(0.28, 0.74, 0, 3), curve(0.3, 0.69, -0.03, 4)),
            plot("direction: loss", "cross-entropy", curve(1.4, 0.62, 0, 5), curve(1.36, 0.7, 0.2, 6)),
            plot("bars: mean absolute error", "MAE, log(1 + bars)", curve(2.9, 0.8, 0, 7), curve(2.7, 0.93, 0.1, 8)),
        ]
    }

    static let confusion = [[11_804, 702, 731, 204], [640, 8711, 211, 508], [902, 377, 4109, 142], [260, 611, 190, 2829]]

    static func scatter(_ count: Int) -> ScatterPlot {
        let pairs = pairs(count)
        return ScatterPlot(predicted: pairs.map(\.y), true: pairs.map(\.x), title: "bars: predicted and true (test)", label: "log(1 + bars)")
    }

    static func pairs(_ count: Int) -> [(x: Double, y: Double)] {
        let a = noise(count, seed: 11)
        let b = noise(count, seed: 12)
        return (0..<count).map { index in
            let x = 7 * a[index].squareRoot()
            return (x, max(0, 0.6 + 0.8 * x + 2.2 * (b[index] - 0.5) * (1 + a[index])))
        }
    }

    /// Numbers between 0 and 1 from a linear congruential generator.
    static func noise(_ count: Int, seed: UInt64 = 9) -> [Double] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24)
        }
    }
}
