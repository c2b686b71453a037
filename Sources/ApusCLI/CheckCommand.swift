import ApusSession
public import ArgumentParser
import NotebookFormat
import NotebookRunner

/// `apus check`: what is wrong with notebooks, without running them.
public struct CheckCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find mistakes in notebooks without running them.",
        discussion: """
            Reads every code cell in order: unknown magics, options, layers and values, shapes that cannot fit, cells whose predecessor is \
            missing. Parameters are checked as a run would get them. Prints one line for each finding, as compilers do, and exits with 1 when there is an error:

              path:cell:line:column: error: what is wrong; what to do

            Cells count from 1 among the code cells.

            Example: apus check notebooks/*.ipynb
            """)

    @Argument(help: "The notebooks to read.") var notebooks: [String]
    @OptionGroup var parameters: ParameterOptions

    public init() {}

    public func run() throws {
        let parameters = try parameters.parameters()
        var hasError = false
        for path in notebooks {
            do {
                let notebook = try Notebook(parsing: try Files.read(path))
                let found = notebook.diagnostics(SessionFactory.makeChecker(overrides: parameters.values(for: notebook)))
                var parameterised = notebook
                for warning in parameterised.inject(parameters) { Console.output("\(path): warning: \(warning)\n") }
                for diagnostic in found { Console.output(diagnostic.line(path: path) + "\n") }
                hasError = hasError || found.contains { $0.severity == .error }
            } catch let error as FileError {
                throw CommandFailure.usage(error)
            } catch let error as NotebookError {
                Console.output("\(path): error: \(error)\n")
                hasError = true
            }
        }
        if hasError { throw ExitCode(ExitStatus.failed) }
    }
}
