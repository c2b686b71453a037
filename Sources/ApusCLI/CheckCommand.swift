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
            missing. Takes the parameters and the tags that `apus run` takes, and checks the cells that it would run, as it would run them. \
            Prints one line for each finding, as compilers do, and exits with 1 when there is an error:

              path:cell:line:column: error: what is wrong; what to do

            Cells count from 1 among the code cells.

            Examples:
              apus check notebooks/*.ipynb
              apus check notebook.ipynb -p epochs 10 --skip-tag slow
            """)

    @Argument(help: "The notebooks to read.") var notebooks: [String]
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var filter: FilterOptions

    public init() {}

    public func run() throws {
        let parameters = try parameters.parameters()
        var hasError = false
        var read: [(path: String, notebook: Notebook)] = []
        for path in notebooks {
            do {
                read.append((path, try Notebook(parsing: try Files.read(path))))
            } catch let error as FileError {
                throw CommandFailure.usage(error)
            } catch let error as NotebookError {
                Console.output("\(path): error: \(error)\n")
                hasError = true
            }
        }
        // A file that is no notebook may be the one whose cells have the tag.
        let filter = hasError ? CellFilter(tags: filter.tags, skippedTags: filter.skippedTags) : try filter.filter(for: read.map(\.notebook))
        for (path, notebook) in read {
            let found = notebook.diagnostics(SessionFactory.makeChecker(), parameters: parameters, filter: filter)
            for diagnostic in found { Console.output(diagnostic.line(path: path) + "\n") }
            hasError = hasError || found.contains { $0.severity == .error }
        }
        if hasError { throw ExitCode(ExitStatus.failed) }
    }
}
