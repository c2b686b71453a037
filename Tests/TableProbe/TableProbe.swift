import ApusData
import ApusTabular
import Glibc

/// Reads a table, or candles, and writes it again, so that other programs can compare: `TableProbe [--candles] [--columns a,b] IN OUT`.
///
/// OUT is Parquet or, by its name, CSV.
@main
struct TableProbe {
    static func main() {
        do { try run(Array(CommandLine.arguments.dropFirst())) } catch {
            let line = Array("error: \(error)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        var arguments = arguments
        let isCandles = arguments.first == "--candles"
        if isCandles { arguments.removeFirst() }
        var names: [String]?
        if arguments.count == 4, arguments[0] == "--columns" {
            names = arguments[1].split(separator: ",").map(String.init)
            arguments.removeFirst(2)
        }
        guard arguments.count == 2 else { throw DataError(.invalidValues, "usage: TableProbe [--candles] [--columns a,b] IN OUT") }
        if isCandles {
            try CandleSeries(file: arguments[0]).saveCSV(to: arguments[1])
            return
        }
        let file = try TableFormat.open(path: arguments[0])
        let table = if let names { try file.read(names) } else { try file.read() }
        if arguments[1].hasSuffix(".csv") { try table.saveCSV(to: arguments[1]) } else { try table.saveParquet(to: arguments[1]) }
    }
}
