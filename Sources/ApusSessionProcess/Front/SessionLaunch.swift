/// How a session process is started.
public struct SessionLaunch: Sendable {
    /// The program; it calls ``SessionService/run(_:)``.
    public var executable: String
    /// Its arguments, the first one being its name.
    public var arguments: [String]
    /// Its environment variables, one `NAME=value` each.
    public var environment: [String]

    public init(executable: String, arguments: [String], environment: [String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }
}
