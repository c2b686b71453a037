import ApusMagics
import ApusSystem
public import ArgumentParser
import Glibc
import NotebookFormat
import NotebookRunner
import Synchronization

/// `apus run`: executes notebooks without Jupyter.
public struct RunCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Execute notebooks without Jupyter.",
        discussion: """
            Runs the code cells from the first to the last and writes the executed notebook as it goes, so that a run that is killed leaves \
            what it had. Stops at the first cell that fails and prints its source, what it showed and why. The path of the executed notebook \
            goes to standard output. Cells run in the folder of the notebook.

            Each of several notebooks runs in a process of its own, one after the other or --jobs of them at once; one that fails does not \
            keep the others from running, unless with --fail-fast. Notebooks that run at once share the processors: each computes with its \
            part of the threads, unless its cells or APUS_THREADS say otherwise. The results do not depend on that.

            With --retries, a notebook that failed runs again from its start, unless the cell that failed has a mistake that `apus check` \
            finds, too. Training begins anew where its cell does not say --resume.

            Parameters replace those of the cell tagged 'parameters', as papermill does it. The cell tags 'raises-exception' and \
            'skip-execution' are honoured. --tag and --skip-tag choose cells by their own tags; cells with parameters always run.

            `apus attach` in another terminal shows what the running cell shows.

            Exit codes: 0 every cell passed, 1 a cell failed or ran out of time, 2 wrong usage or unreadable files, 130 interrupted.

            Examples:
              apus run notebook.ipynb -o results/today.ipynb -p epochs 10 -p symbol ETHUSDT
              apus run *.ipynb -o results -j 2 --junit junit.xml --html report.html
              apus run notebook.ipynb --skip-tag slow --retries 2
            """)

    @Argument(help: "The notebooks.") var notebooks: [String]
    @Option(
        name: .shortAndLong,
        help: "Where the executed notebook goes: a file, or a folder for several; NAME.executed.ipynb beside each notebook by default.")
    var output: String?
    @Flag(name: .customLong("inplace"), help: "Write the outputs into the notebooks themselves.") var inPlace = false
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var filter: FilterOptions
    @Option(
        name: [.customShort("j", allowingJoined: true), .customLong("jobs")],
        help: ArgumentHelp("Run so many notebooks at once.", valueName: "count"))
    var jobs = 1
    @Option(help: ArgumentHelp("Run a notebook that failed again from its start, in a fresh session, at most so many times.", valueName: "count"))
    var retries = 0
    @Flag(help: "Stop the other notebooks when one has failed.") var failFast = false
    @Option(help: ArgumentHelp("Stop a cell that takes longer than so many seconds.", valueName: "seconds")) var timeout: Double?
    @Flag(help: "Run the cells after one that failed, too; the exit code stays 1.") var allowErrors = false
    @Option(help: ArgumentHelp("Write a JUnit report: a test suite for each notebook, a test case for each code cell.", valueName: "file"))
    var junit: String?
    @Option(help: ArgumentHelp("Write a page for people: results, times, and why a cell failed.", valueName: "file")) var html: String?
    @Flag(help: "Print the text that cells show to standard output.") var showOutputs = false
    @Option(name: .customLong("cwd"), help: ArgumentHelp("Run the cells in another folder than the notebook's.", valueName: "folder"))
    var workingFolder: String?

    public init() {}

    public func validate() throws {
        if let timeout, !(timeout > 0 && timeout < 1e9) {
            throw ValidationError("--timeout takes a number of seconds greater than 0, not \(timeout)")
        }
        if jobs < 1 { throw ValidationError("--jobs takes a number of notebooks from 1, not \(jobs)") }
        if retries < 0 { throw ValidationError("--retries takes a number from 0, not \(retries)") }
        if inPlace, output != nil { throw ValidationError("--inplace and --output exclude each other") }
    }

    public func run() throws {
        let signals = SignalWatch()
        // A reader of our output that goes away shall not end the run.
        signal(SIGPIPE, SIG_IGN)
        let (paths, jobs, options) = try prepare()
        // Two notebooks that ask at the same time could not be told apart.
        let input = Console.inputIsTerminal && options.limit == 1 ? TerminalInput() : nil
        var readInput: NotebookRun.InputReader?
        if let input { readInput = { prompt, isPassword in try await input.readLine(prompt: prompt, isPassword: isPassword) } }
        let watch = RunWatch(console: RunConsole(notebooks: notebooks, showsOutputs: showOutputs), notebooks: paths.notebooks.map(\.source))
        let batch = BatchRun(jobs, options: options, observer: watch, readInput: readInput)
        let received = Received()
        signals.start { signal, earlier in
            received.note(signal)
            guard earlier == 0 else {
                // Whoever asks twice does not want to wait for the cells.
                batch.save()
                watch.closeJournals(within: .milliseconds(300))
                _exit(ExitStatus.interrupted(by: signal))
            }
            input?.cancel()
            batch.interrupt()
        }
        let reports = try Blocking.wait { await batch.run() }
        watch.closeJournals(within: .seconds(1))
        try finish(reports, paths, signal: received.first)
    }

    /// Reads the notebooks, gives them their parameters and checks everything that can be checked before a cell runs.
    private func prepare() throws -> (RunPaths, [NotebookJob], BatchOptions) {
        let parameters = try parameters.parameters()
        let paths = try RunPaths(
            notebooks: notebooks, output: output, inPlace: inPlace, junit: junit, html: html, workingFolder: workingFolder)
        var read = try paths.notebooks.map { path in
            do {
                return try Notebook(parsing: try Files.read(path.name))
            } catch let error as NotebookError {
                throw CommandFailure.usage("\(path.name): \(error)")
            } catch {
                throw CommandFailure.usage(error)
            }
        }
        let filter = try filter.filter(for: read)
        do { try paths.prepare() } catch { throw CommandFailure.usage(error) }
        for (index, path) in paths.notebooks.enumerated() {
            for warning in [read[index].languageWarning].compactMap({ $0 }) + read[index].inject(parameters) {
                Console.error("\(path.name): warning: \(warning)\n")
            }
        }
        let limit = min(jobs, read.count)
        let threads = limit > 1 ? ThreadCount.share(of: limit) : nil
        if limit > MachineResources.processorCount {
            Console.error("warning: \(limit) notebooks at once share \(MachineResources.processorCount) processors and slow each other down\n")
        }
        let jobs = zip(paths.notebooks, read).map { path, notebook in
            NotebookJob(
                name: path.name, notebook: notebook, output: path.output,
                makeSession: { SessionFactory.makeSession(workingFolder: path.workingFolder, threads: threads) },
                save: { try Files.replace(path.output, with: $0.fileText()) })
        }
        let run = RunOptions(timeout: timeout.map { .milliseconds(Int($0 * 1000)) }, filter: filter, allowsErrors: allowErrors)
        return (paths, jobs, BatchOptions(run: run, limit: limit, retries: retries, checker: SessionFactory.makeChecker(), stopsAtFailure: failFast))
    }

    private func finish(_ reports: [NotebookReport], _ paths: RunPaths, signal: Int32?) throws {
        for (report, path) in zip(reports, paths.notebooks) where !report.attempts.isEmpty && report.problem == nil {
            Console.output(path.outputName + "\n")
        }
        do {
            if let junit = paths.junit { try Files.replace(junit, with: JUnitReport.text(reports)) }
            if let html = paths.html { try Files.replace(html, with: HTMLReport.text(reports, folder: FilePath.folder(of: html))) }
        } catch {
            throw CommandFailure(message: "\(error)", exitCode: ExitStatus.failed)
        }
        if let signal, reports.contains(where: { $0.status == .interrupted || $0.status == .notRun }) {
            throw ExitCode(ExitStatus.interrupted(by: signal))
        }
        if reports.contains(where: { $0.status != .passed }) { throw ExitCode(ExitStatus.failed) }
    }
}

/// The first signal that came.
private final class Received: Sendable {
    private let signal = Mutex<Int32?>(nil)
    var first: Int32? { signal.withLock { $0 } }
    func note(_ signal: Int32) { self.signal.withLock { $0 = $0 ?? signal } }
}
