/// How a session process is started.
public struct SessionLaunch: Sendable {
    /// The program; it calls ``SessionService/run(_:)``.
    public var executable: String
    /// Its arguments, the first one being its name.
    public var arguments: [String]
    /// Its environment variables, one `NAME=value` each.
    public var environment: [String]
    /// The folder in which it starts; nil for that of this process.
    public var workingFolder: String?

    public init(executable: String, arguments: [String], environment: [String], workingFolder: String? = nil) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingFolder = workingFolder
    }
}
