import ApusJSON
import Foundation
import TestSupport
import Testing

/// A committed JSON file of reference numbers; the script that made it is named in the test that reads it.
enum Fixture {
    static func url(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil), "no fixture \(name)")
    }

    static func json(_ name: String) throws -> JSON {
        try JSON(parsing: Data(contentsOf: url(name)))
    }
}

extension JSON {
    func get(_ key: String) throws -> JSON { try #require(self[key], "no member \(key)") }
    func list() throws -> [JSON] { try #require(array) }
    func number() throws -> Double { try #require(double) }
    func text() throws -> String { try #require(string) }
    func floats() throws -> [Float] { try list().map { Float(try $0.number()) } }
    func doubles() throws -> [Double] { try list().map { try $0.number() } }
    func ints() throws -> [Int] { try list().map { try #require($0.int) } }
}

/// The largest difference, relative to the larger of the reference's magnitude and `floor`.
func relativeError(_ values: [Double], _ reference: [Double], floor: Double = 1e-12) -> Double {
    guard values.count == reference.count else { return .infinity }
    return zip(values, reference).map { abs($0 - $1) / max(abs($1), floor) }.max() ?? 0
}

extension SeededGenerator {
    /// Uniform in [-1, 1).
    mutating func signed() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
}
