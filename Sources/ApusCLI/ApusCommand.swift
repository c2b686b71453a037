public import ArgumentParser

/// `apus`: everything the binary can do, one subcommand each.
public struct ApusCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "A Jupyter kernel, a headless notebook runner and a training engine for time series.",
        discussion: """
              apus install --user          register the kernel with Jupyter
              apus run notebook.ipynb      execute notebooks without Jupyter
              apus attach                  watch what a kernel or another run shows
              apus check notebook.ipynb    find their mistakes without running them
              apus inspect model.h5        say what a file holds
              apus convert model.h5 model.onnx
              apus doctor                  check what this machine lacks

            Errors go to standard error, results to standard output, progress only to a terminal.
            Exit codes: 0 done, 1 a cell or a check failed, 2 wrong usage, 130 interrupted.
            """,
        version: ApusVersion.current,
        subcommands: [
            KernelCommand.self,
            InstallCommand.self,
            RunCommand.self,
            AttachCommand.self,
            CheckCommand.self,
            FeaturesCommand.self,
            SimulateCommand.self,
            ConvertCommand.self,
            InspectCommand.self,
            DoctorCommand.self,
            ReferenceCommand.self,
        ])

    public init() {}
}

/// The version of this program, as `apus --version` prints it.
public enum ApusVersion {
    public static let current = "0.1.0"
}
