import ApusMagics
import ApusSession
public import ArgumentParser

/// `apus doctor`: what this machine has for a run, with the fix beside what it lacks.
public struct DoctorCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check what a run needs: processor, memory, disk, libraries, GPU and hub.",
        discussion: """
            Prints one line for each check, with the fix beside what is missing, and exits with 1 when something is. \
            The same as the %%install cell.

            Example: apus doctor --hub file:~/.local/share/apus/hub
            """)

    @Option(help: "The hub that a run would use: file:FOLDER or a server's URL; by default HF_ENDPOINT.") var hub: String?

    public init() {}

    public func run() throws {
        let report = EnvironmentReport(.current, hub: hub)
        Console.output(report.table.text + "\n")
        if !report.isComplete { throw ExitCode(ExitStatus.failed) }
    }
}
