import ApusSession
public import ArgumentParser
import Glibc
import NotebookFormat
import NotebookRunner
import Synchronization

/// `apus run`: executes a notebook without Jupyter.
public struct RunCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Execute a notebook without Jupyter.",
        discussion: """
            Runs the code cells from the first to the last and writes the executed notebook as it goes, so that a run that is killed leaves \
            what it had. Stops at the first cell that fails and prints its source, what it showed and why. The path of the executed notebook \
            goes to standard output. Cells run in the folder of the notebook.

            Parameters replace those of the cell tagged 'parameters', as papermill does it. The cell tags 'raises-exception' and \
            'skip-execution' are honoured.

            `apus attach` in another terminal shows what the running cell shows.

            Exit codes: 0 every cell passed, 1 a cell failed or ran out of time, 2 wrong usage or unreadable files, 130 interrupted.

            Examples:
              apus run notebook.ipynb -o results/today.ipynb -p epochs 10 -p symbol ETHUSDT
              apus run notebook.ipynb --timeout 600 --junit report.xml
            """)

    @Argument(help: "The notebook.") var notebook: String
    @Option(name: .shortAndLong, help: "Where the executed notebook goes; NAME.executed.ipynb beside the notebook by default.") var output: String?
    @Flag(name: .customLong("inplace"), help: "Write the outputs into the notebook itself.") var inPlace = false
    @OptionGroup var parameters: ParameterOptions
    @Option(help: ArgumentHelp("Stop a cell that takes longer than so many seconds.", valueName: "seconds")) var timeout: Double?
    @Flag(help: "Run the cells after one that failed, too; the exit code stays 1.") var allowErrors = false
    @Option(help: ArgumentHelp("Write a JUnit report: one test case for each code cell.", valueName: "file")) var junit: String?
    @Flag(help: "Print the text that cells show to standard output.") var showOutputs = false
    @Option(name: .customLong("cwd"), help: ArgumentHelp("Run the cells in another folder than the notebook's.", valueName: "folder"))
    var workingFolder: String?

    public init() {}

    public func validate() throws {
        if let timeout, !(timeout > 0 && timeout < 1e9) {
            throw ValidationError("--timeout takes a number of seconds greater than 0, not \(timeout)")
        }
        if inPlace, output != nil { throw ValidationError("--inplace and --output exclude each other") }
    }

    public func run() throws {
        let signals = SignalWatch()
        // A reader of our output that goes away shall not end the run.
        signal(SIGPIPE, SIG_IGN)
        let (notebook, paths) = try prepare()
        let input = Console.inputIsTerminal ? TerminalInput() : nil
        let options = RunOptions(timeout: timeout.map { .milliseconds(Int($0 * 1000)) }, allowsErrors: allowErrors)
        let session = SessionFactory.makeSession()
        var readInput: NotebookRun.InputReader?
        if let input { readInput = { prompt, isPassword in try await input.readLine(prompt: prompt, isPassword: isPassword) } }
        let console = RunConsole(notebook: self.notebook, showsOutputs: showOutputs)
        let journal = Journals.make(.run, name: paths.notebook)
        let observers = RunObservers([console] + [journal.map(RunJournal.init)].compactMap { $0 })
        let run = NotebookRun(notebook, session: session, options: options, observer: observers, readInput: readInput) { notebook in
            try Files.replace(paths.output, with: notebook.fileText())
        }
        let received = Received()
        signals.start { signal, earlier in
            received.note(signal)
            guard earlier == 0 else {
                // Whoever asks twice does not want to wait for the cell.
                try? run.save()
                journal?.close(within: .milliseconds(300))
                _exit(ExitStatus.interrupted(by: signal))
            }
            input?.cancel()
            run.interrupt()
        }
        // Where nothing can be written, no cell runs.
        do { try run.save() } catch { throw CommandFailure.usage(error) }
        defer { journal?.close(within: .seconds(1)) }
        let report: RunReport
        do {
            report = try Blocking.wait { try await run.run() }
        } catch let error as FileError {
            throw CommandFailure(message: "\(error)", exitCode: ExitStatus.failed)
        }
        // Ends the session's process, also when a cell that was given up still runs there.
        try Blocking.wait { await session.close() }
        try finish(report, paths, signal: received.first)
    }

    /// Reads the notebook, gives it its parameters and checks the paths; then goes to the working folder.
    private func prepare() throws -> (Notebook, RunPaths) {
        do {
            var notebook = try Notebook(parsing: try Files.read(self.notebook))
            let paths = try RunPaths(notebook: self.notebook, output: output, inPlace: inPlace, junit: junit, workingFolder: workingFolder)
            if let language = notebook.language, language.lowercased() != "swift" {
                warn("the notebook is written in \(language) for the kernel '\(notebook.kernelName ?? "?")'; its cells are run as Swift all the same")
            }
            for warning in notebook.inject(try parameters.parameters()) { warn(warning) }
            try paths.makeFolders()
            try paths.enterWorkingFolder()
            return (notebook, paths)
        } catch let error as NotebookError {
            throw CommandFailure.usage("\(self.notebook): \(error)")
        } catch let error as FileError {
            throw CommandFailure.usage(error)
        }
    }

    private func warn(_ message: String) { Console.error("\(notebook): warning: \(message)\n") }

    private func finish(_ report: RunReport, _ paths: RunPaths, signal: Int32?) throws {
        do {
            if let junit = paths.junit { try Files.replace(junit, with: JUnitReport.text(report, name: notebook)) }
        } catch {
            throw CommandFailure(message: "\(error)", exitCode: ExitStatus.failed)
        }
        Console.output(paths.outputName + "\n")
        switch report.status {
        case .passed: break
        case .failed: throw ExitCode(ExitStatus.failed)
        case .interrupted: throw ExitCode(ExitStatus.interrupted(by: signal ?? SIGINT))
        }
    }
}

/// The first signal that came.
private final class Received: Sendable {
    private let signal = Mutex<Int32?>(nil)
    var first: Int32? { signal.withLock { $0 } }
    func note(_ signal: Int32) { self.signal.withLock { $0 = $0 ?? signal } }
}
