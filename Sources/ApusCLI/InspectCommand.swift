import ApusInspection
import ApusJSON
public import ArgumentParser

/// `apus inspect`: what files hold.
public struct InspectCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what files hold: models, arrays, scalers, checkpoints, candles, notebooks.",
        discussion: """
            The kind of a file is told by its contents. Nothing in a file is executed, and one that is damaged or hostile is refused with a \
            sentence. Exits with 1 when there is such a file.

            Examples:
              apus inspect model.h5
              apus inspect --json features/*.npy
            """)

    @Argument(help: "The files.", completion: .file()) var files: [String]
    @Flag(help: "Print one JSON object for each file and line.") var json = false

    public init() {}

    public func run() throws {
        var hasError = false
        for (index, path) in files.enumerated() {
            do throws(InspectionError) {
                let report = try FileInspection.inspect(path)
                if json {
                    var object = report.json.object ?? [:]
                    object["file"] = .string(path)
                    Console.output(JSON.object(object).text() + "\n")
                } else {
                    Console.output((index > 0 ? "\n" : "") + "\(path): \(report.text)\n")
                }
            } catch {
                hasError = true
                Console.error("\(error)\n")
            }
        }
        if hasError { throw ExitCode(ExitStatus.failed) }
    }
}
