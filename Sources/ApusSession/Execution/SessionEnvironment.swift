import FoundationEssentials

/// The world outside of a session, so that tests can bring their own.
public struct SessionEnvironment: Sendable {
    /// Where relative paths begin.
    public var workingDirectory: String
    /// The environment variables.
    public var variables: [String: String]
    /// The time since some fixed moment; never goes back.
    public var now: @Sendable () -> Duration

    public init(workingDirectory: String, variables: [String: String] = [:], now: @escaping @Sendable () -> Duration = SessionEnvironment.uptime) {
        self.workingDirectory = workingDirectory
        self.variables = variables
        self.now = now
    }

    /// What this process sees.
    public static var current: SessionEnvironment {
        SessionEnvironment(workingDirectory: FileManager.default.currentDirectoryPath, variables: ProcessInfo.processInfo.environment)
    }

    @Sendable public static func uptime() -> Duration {
        origin.duration(to: .now)
    }

    private static let origin = ContinuousClock.Instant.now
}
