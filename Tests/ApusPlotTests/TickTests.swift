import ApusPlot
import Glibc
import Testing

/// Ticks are tested through the labels that a picture shows.
@Suite struct TickTests {
    /// The labels along y, from the bottom.
    private func labels(_ values: [Double], scale: AxisScale = .linear) throws -> [String] {
        let svg = LinePlot(series: [.init("", values)], x: Axis(), y: Axis(scale: scale)).svg()
        let document = try XMLSummary(svg)
        let names = zip(document.elements.map(\.name), document.elements.map(\.attributes)).filter { $0.0 == "text" }.map(\.1)
        let texts = svg.split(separator: "\n").filter { $0.hasPrefix("<text") }.map { line in
            String(line.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" })
        }
        return zip(names, texts).filter { $0.0["text-anchor"] == "end" }.map(\.1)
    }

    @Test func `small, large and ordinary values are labelled as people write them`() throws {
        #expect(try labels([1e-9, 5e-9]).contains("2×10⁻⁹"))
        #expect(try labels([1e9, 5e9]).contains("4×10⁹"))
        #expect(try labels([0, 1]).contains("0.2"))
        #expect(try labels([0, 20_000]).contains("10,000"))
        #expect(try labels([-3, 3]).contains("-2"))
        #expect(try labels([0, 1]).first == "0.0")
    }

    @Test func `a small change of a large value can be read`() throws {
        let labels = try labels([1_000_000.0, 1_000_000.5])
        #expect(Set(labels).count == labels.count)
        #expect(labels.contains { $0.hasPrefix("1,000,000.2") })
    }

    @Test func `logarithmic axes are marked at powers of ten`() throws {
        #expect(try labels([1e-6, 1e-1], scale: .logarithmic) == ["10⁻⁶", "10⁻⁵", "0.0001", "0.001", "0.01", "0.1"])
        #expect(try labels([2, 3], scale: .logarithmic).count >= 2)
    }

    @Test func `marks are distinct and in order for any range`() throws {
        var generator = SystemRandomNumberGenerator()
        let seed = generator.next()
        let numbers = GalleryPlot.noise(600, seed: seed)
        for index in stride(from: 0, to: numbers.count, by: 2) {
            let magnitude = pow(10, numbers[index] * 18 - 9)
            let low = magnitude * (numbers[index + 1] - 0.5)
            let labels = try labels([low, low + magnitude])
            #expect(Set(labels).count == labels.count && labels.count >= 2, "seed \(seed): \(low) and \(low + magnitude): \(labels)")
        }
    }

    private static let extremes: [[Double]] = [
        [0, 0], [1e300, -1e300], [.leastNonzeroMagnitude, 0], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [1e16, 1e16 + 2],
    ]

    @Test(arguments: extremes)
    func `extreme values do not trap`(values: [Double]) throws {
        _ = try XMLSummary(LinePlot(series: [.init("", values)]).svg())
        _ = try XMLSummary(LinePlot(series: [.init("", values)], y: Axis(scale: .logarithmic)).svg())
        _ = try XMLSummary(ScatterPlot(x: values, y: values, showsIdentity: true).svg())
        _ = try XMLSummary(BarPlot(histogramOf: values).svg())
        _ = try XMLSummary(HeatMap(counts: [values], rowNames: [], columnNames: []).svg())
        _ = LinePlot(series: [.init("", values)]).text
        _ = ScatterPlot(x: values, y: values).text
        _ = BarPlot(categories: ["a", "b"], values: values).text
    }
}
