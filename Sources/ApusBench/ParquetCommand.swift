import ApusTabular
import ArgumentParser

/// Times reading a table, to be set beside what other programs take for the same file; Tests/Bench/tables.py does that.
struct ParquetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parquet", abstract: "Times reading all columns of a Parquet or Feather file, again and again.")

    @Argument(help: "The file.") var file: String
    @Option(help: "How many times.") var repeats = 5

    func validate() throws {
        if repeats < 1 { throw ValidationError("--repeats is at least 1") }
    }

    func run() throws {
        var seconds: [Double] = []
        var rows = 0
        for _ in 0..<repeats {
            let start = ContinuousClock.now
            // Opening counts: the footer is read, too.
            rows = try TableFormat.open(path: file).read().rowCount
            seconds.append(start.duration(to: .now) / .seconds(1))
        }
        let times = seconds.map { "\(($0 * 1e6).rounded() / 1e6)" }.joined(separator: ", ")
        print("{\"framework\": \"apus\", \"mode\": \"parquet\", \"rows\": \(rows), \"seconds\": [\(times)]}")
    }
}
