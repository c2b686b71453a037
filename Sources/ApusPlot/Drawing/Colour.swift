/// An sRGB colour.
struct Colour: Equatable {
    var red: Double
    var green: Double
    var blue: Double

    /// - Parameter hex: `0xRRGGBB`.
    init(_ hex: UInt32) {
        red = Double(hex >> 16 & 255) / 255
        green = Double(hex >> 8 & 255) / 255
        blue = Double(hex & 255) / 255
    }

    var text: String {
        "#"
            + [red, green, blue].map { component in
                let digits = String(UInt8((component * 255).rounded()), radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// The colour a fraction of the way to another one.
    func mixed(with other: Colour, _ fraction: Double) -> Colour {
        var mixed = self
        mixed.red += (other.red - red) * fraction
        mixed.green += (other.green - green) * fraction
        mixed.blue += (other.blue - blue) * fraction
        return mixed
    }

    /// Relative luminance (WCAG 2, section 1.4.3), with the linear part of the curve left out.
    var luminance: Double {
        func linear(_ component: Double) -> Double { component * component * (component * 0.305 + 0.695) }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Black or white, whichever reads better on this colour.
    var ink: Colour { luminance > 0.22 ? Palette.ink : Colour(0xFFFFFF) }
}

/// The colours of all plots.
///
/// A card of its own keeps a plot readable on light and dark pages alike: viewers disagree about whether media queries inside an SVG
/// see the page's theme (JupyterLab shows it as an image, nbconvert inlines it, GitHub does its own thing).
enum Palette {
    static let card = Colour(0xFFFFFF)
    static let border = Colour(0xD0D7DE)
    static let ink = Colour(0x1F2328)
    static let quietInk = Colour(0x57606A)
    static let grid = Colour(0xE7EAEE)
    static let axis = Colour(0x8C959F)

    /// Told apart with every common form of colour blindness: Okabe and Ito, "Color Universal Design" (2008), in the order of contrast.
    static let series = [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xB07D00, 0x56B4E9, 0x4D4D4D].map { Colour($0) }

    static func series(_ index: Int) -> Colour { series[index % series.count] }

    /// From nothing (0) to everything (1), with evenly falling lightness.
    static func sequential(_ fraction: Double) -> Colour {
        let stops = [0xF3F7FB, 0xC6DBEF, 0x85BCDC, 0x3F8FC5, 0x1460A8, 0x08306B].map { Colour($0) }
        let position = min(max(fraction, 0), 1) * Double(stops.count - 1)
        let index = min(Int(position), stops.count - 2)
        return stops[index].mixed(with: stops[index + 1], position - Double(index))
    }
}
