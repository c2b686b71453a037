import ArgumentParser
import NotebookFormat
import NotebookRunner

/// The options that give a notebook other parameters.
struct ParameterOptions: ParsableArguments {
    @Option(
        name: [.customShort("p"), .customLong("parameter")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Set a parameter of the notebook; may be repeated.", valueName: "name> <value"))
    var assignments: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("parameters-file")],
        help: ArgumentHelp("Set the parameters of a JSON or flat YAML file; -p wins over it.", valueName: "file"))
    var files: [String] = []

    func parameters() throws -> Parameters {
        var parameters = Parameters()
        do {
            for file in files {
                guard let text = String(validating: try Files.read(file), as: UTF8.self) else {
                    throw CommandFailure.usage("\(file) is not a text file in UTF-8")
                }
                try parameters.read(text, file: file)
            }
            for assignment in assignments {
                guard let equals = assignment.firstIndex(of: "=") else {
                    throw CommandFailure.usage("parameter '\(assignment)' has no value: write -p \(assignment) VALUE")
                }
                try parameters.set(String(assignment[..<equals]), text: String(assignment[assignment.index(after: equals)...]))
            }
            if let name = parameters.namesOfTokens.first {
                throw CommandFailure.usage(
                    "parameter '\(name)' holds an access token, which would be saved in the notebook: set the environment variable HF_TOKEN instead")
            }
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure.usage(error)
        }
        return parameters
    }
}
