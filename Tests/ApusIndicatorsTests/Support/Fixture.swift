import ApusData
import ApusJSON
import ApusSystem

/// Candles and their columns, made by `Tests/References/indicators.py`.
struct Fixture: Sendable {
    let candles: CandleSeries
    let names: [String]
    /// The first row with a value, per column.
    let first: [Int]
    /// The rows whose values are kept.
    let rows: [Int]
    private let values: [Double]

    static let simulated = try! Fixture("simulated")
    static let awkward = try! Fixture("awkward")

    private init(_ name: String) throws {
        let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let folder = "/\(here)/Fixtures"
        let description = try JSON(parsing: try FileSystem.read("\(folder)/columns.json"))
        names = description["names"]!.array!.map { $0.string! }
        first = description["first"]!.array!.map { Int($0.double!) }
        rows = description["rows"]!.array!.map { Int($0.double!) }
        values = try NumPyArray(path: "\(folder)/\(name)_columns.npy").doubles()
        let times = try NumPyArray(path: "\(folder)/times.npy").integers()
        let prices = try NumPyArray(path: "\(folder)/\(name)_candles.npy").doubles()
        var candles = CandleSeries()
        for (row, time) in times.enumerated() {
            let p = prices[row * 5..<row * 5 + 5].map { $0 }
            candles.append(openTime: Int64(time), open: p[0], high: p[1], low: p[2], close: p[3], volume: p[4])
        }
        self.candles = candles
    }

    /// The kept values of a column.
    func expected(_ column: Int) -> [Double] { stride(from: column, to: values.count, by: names.count).map { values[$0] } }
}

/// The largest difference relative to the value or the column's mean size, whichever is larger; infinite where only one is NaN.
func largestError(_ actual: [Double], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    let present = expected.filter { !$0.isNaN }
    let size = present.reduce(0) { $0 + abs($1) } / Double(max(present.count, 1))
    return zip(actual, expected).reduce(0) { worst, pair in
        if pair.0.isNaN || pair.1.isNaN { return pair.0.isNaN && pair.1.isNaN ? worst : .infinity }
        let distance = abs(pair.0 - pair.1)
        return distance == 0 ? worst : max(worst, distance / max(size, abs(pair.1)))
    }
}
