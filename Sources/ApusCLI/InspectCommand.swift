import ApusInspection
import ApusJSON
public import ArgumentParser

/// `apus inspect`: what files hold.
public struct InspectCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what files hold, without running anything in them.",
        discussion: """
            Reads models (.h5, .keras, .safetensors, .pth, .onnx), arrays (.npy, .npz), scalers (.pkl), candles (.csv), notebooks, published \
            configurations and checkpoints: kind and version, names, shapes and types of arrays, metadata, layers and their parameters. \
            A file is recognised by its content. For one that is damaged, hostile or unknown there is one line on standard error, and the \
            exit code is 1.

            Examples:
              apus inspect model.h5
              apus inspect --json checkpoint.pth | jq .arrays
            """)

    @Argument(help: "The files.") var files: [String]
    @Flag(help: "One line of JSON for each file.") var json = false

    public init() {}

    public func run() throws {
        var hasFailed = false
        for path in files {
            do {
                let report = try FileInspection.report(on: path)
                if json {
                    var object: JSONObject = ["path": .string(path)]
                    for (key, value) in report.json.object ?? [:] { object[key] = value }
                    Console.output(JSON.object(object).text() + "\n")
                } else {
                    Console.output(report.text(path: path))
                }
            } catch {
                Console.error("\(error)\n")
                hasFailed = true
            }
        }
        if hasFailed { throw ExitCode(ExitStatus.failed) }
    }
}
