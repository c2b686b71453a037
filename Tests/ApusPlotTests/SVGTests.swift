import ApusPlot
import Foundation
import FoundationXML
import Testing

@Suite struct SVGTests {
    @Test(arguments: GalleryPlot.all)
    func `every plot is well-formed XML with a name, a description and finite numbers`(plot: GalleryPlot) throws {
        let document = try XMLSummary(plot.svg())
        #expect(document.elements.first?.name == "svg")
        #expect(document.elements.first?.attributes["role"] == "img")
        let ids = document.elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        #expect(document.elements.first?.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) == ids)
        #expect(document.elements.dropFirst().prefix(2).map(\.name) == ["title", "desc"])
        #expect(!document.elements.contains { $0.name == "script" })
        for element in document.elements {
            for (key, value) in element.attributes where ["x", "y", "cx", "cy", "r", "width", "height", "d", "x1", "y2"].contains(key) {
                #expect(!value.contains("nan") && !value.contains("inf") && !value.contains("NaN") && !value.contains("∞"), "\(key)=\(value)")
            }
        }
    }

    @Test(arguments: GalleryPlot.all)
    func `nothing is drawn outside the picture`(plot: GalleryPlot) throws {
        let document = try XMLSummary(plot.svg())
        let box = try #require(document.elements.first?.attributes["viewBox"]).split(separator: " ").compactMap { Double($0) }
        for element in document.elements {
            for (key, limit) in [
                ("x", box[2]), ("cx", box[2]), ("x1", box[2]), ("x2", box[2]), ("y", box[3]), ("cy", box[3]), ("y1", box[3]), ("y2", box[3]),
            ] {
                guard let value = element.attributes[key].flatMap(Double.init) else { continue }
                #expect((0...limit).contains(value), "\(element.name) \(key)=\(value)")
            }
        }
    }

    @Test func `different plots on one page have different ids, and the caller may choose`() throws {
        let ids = try GalleryPlot.all.map { try #require(try XMLSummary($0.svg()).elements.first?.attributes["aria-labelledby"]) }
        #expect(Set(ids).count == ids.count)
        let chosen = LinePlot("x", series: []).svg(id: "cell-7\" onload=\"")
        #expect(try XMLSummary(chosen).elements.first?.attributes["onload"] == nil)
    }

    @Test func `texts arrive unchanged in the document`() throws {
        let text = "<a> & \"b\" 'c' ]]> 漢字 😀"
        let document = try XMLSummary(BarPlot(text, categories: ["&amp;"], values: [1]).svg(width: 900))
        #expect(document.texts.contains(text))
        #expect(document.texts.contains("&amp;"))
    }

    @Test func `a long curve stays a small picture`() {
        let svg = LinePlot("x", series: [.init("s", GalleryPlot.noise(200_000))]).svg()
        #expect(svg.utf8.count < 60_000)
    }

    @Test func `gaps split a curve and single points are dots`() throws {
        let svg = LinePlot(series: [.init("s", [1, 2, .nan, 3, .infinity, 4, 5])]).svg()
        let document = try XMLSummary(svg)
        let path = try #require(document.elements.first { $0.name == "path" }?.attributes["d"])
        #expect(path.filter { $0 == "M" }.count == 2)
        #expect(document.elements.filter { $0.name == "circle" }.count == 5)
    }
}

/// The elements and texts of a document that an independent parser found well-formed.
final class XMLSummary: NSObject, XMLParserDelegate {
    private(set) var elements: [(name: String, attributes: [String: String])] = []
    private(set) var texts: [String] = []
    private var text = ""

    init(_ document: String) throws {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        try #require(parser.parse(), "not well-formed: \(String(describing: parser.parserError)), line \(parser.lineNumber)")
    }

    func parser(_: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]) {
        elements.append((name, attributes))
        text = ""
    }

    func parser(_: XMLParser, foundCharacters string: String) { text += string }

    func parser(_: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        texts.append(text)
        text = ""
    }
}
