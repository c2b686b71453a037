/// Writes SVG elements: well-formed, every text escaped, numbers short, so that the same plot is always the same bytes.
struct SVGWriter {
    private(set) var output = ""
    private var openElements: [String] = []
    /// Begins every id of this drawing, so that several drawings can share a page.
    let idPrefix: String

    typealias Attributes = KeyValuePairs<String, SVGValue>

    init(idPrefix: String) { self.idPrefix = idPrefix }

    mutating func element(_ name: String, _ attributes: Attributes) {
        begin(name, attributes)
        output += "/>\n"
    }

    mutating func text(_ text: String, element name: String = "text", _ attributes: Attributes) {
        begin(name, attributes)
        output += ">" + Self.escape(text) + "</\(name)>\n"
    }

    mutating func open(_ name: String, _ attributes: Attributes) {
        begin(name, attributes)
        output += ">\n"
        openElements.append(name)
    }

    mutating func close() {
        if let name = openElements.popLast() { output += "</\(name)>\n" }
    }

    private mutating func begin(_ name: String, _ attributes: Attributes) {
        output += "<" + name
        for (key, value) in attributes { output += " \(key)=\"\(Self.escape(value.text))\"" }
    }

    /// Replaces what XML reserves, and the control characters that it cannot hold at all.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += " "
            case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            // Direction overrides would turn the texts after them around.
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// The value of an attribute.
enum SVGValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    case string(String)
    case number(Double)
    case colour(Colour)

    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(floatLiteral value: Double) { self = .number(value) }

    var text: String {
        switch self {
        case .string(let text): text
        case .number(let number): SVGValue.text(of: number)
        case .colour(let colour): colour.text
        }
    }

    /// Two decimals are a hundredth of a pixel.
    static func text(of number: Double) -> String {
        var text = NumberText.fixed(number, decimals: 2)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "-0" ? "0" : text
    }
}

extension SVGWriter {
    mutating func line(from start: Point, to end: Point, colour: Colour, width: Double = 1, dashes: String? = nil) {
        if let dashes {
            element(
                "line",
                [
                    "x1": .number(start.x), "y1": .number(start.y), "x2": .number(end.x), "y2": .number(end.y), "stroke": .colour(colour),
                    "stroke-width": .number(width), "stroke-dasharray": .string(dashes),
                ])
        } else {
            element(
                "line",
                [
                    "x1": .number(start.x), "y1": .number(start.y), "x2": .number(end.x), "y2": .number(end.y), "stroke": .colour(colour),
                    "stroke-width": .number(width),
                ])
        }
    }

    mutating func rectangle(_ rectangle: Rectangle, fill: Colour, radius: Double = 0) {
        element(
            "rect",
            [
                "x": .number(rectangle.x), "y": .number(rectangle.y), "width": .number(rectangle.width), "height": .number(rectangle.height),
                "rx": .number(radius), "fill": .colour(fill),
            ])
    }

    mutating func circle(_ centre: Point, radius: Double, fill: Colour) {
        element("circle", ["cx": .number(centre.x), "cy": .number(centre.y), "r": .number(radius), "fill": .colour(fill)])
    }

    enum Anchor: String {
        case start, middle, end
    }

    enum Weight: Int {
        case regular = 400
        case semibold = 600
    }

    /// A line of text with its baseline at `position`.
    mutating func label(
        _ text: String, at position: Point, size: Double, colour: Colour, anchor: Anchor = .start, weight: Weight = .regular, turned: Bool = false
    ) {
        if turned {
            self.text(
                text,
                [
                    "transform": "translate(\(SVGValue.text(of: position.x)) \(SVGValue.text(of: position.y))) rotate(-90)",
                    "font-size": .number(size), "font-weight": .number(Double(weight.rawValue)), "fill": .colour(colour),
                    "text-anchor": .string(anchor.rawValue),
                ])
        } else {
            self.text(
                text,
                [
                    "x": .number(position.x), "y": .number(position.y), "font-size": .number(size), "font-weight": .number(Double(weight.rawValue)),
                    "fill": .colour(colour), "text-anchor": .string(anchor.rawValue),
                ])
        }
    }
}
