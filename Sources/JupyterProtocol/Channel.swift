/// The five sockets between a front end and a kernel.
public enum Channel: String, Sendable, CaseIterable {
    /// Requests that may wait for a running cell.
    case shell
    /// What a kernel shows, to everybody who subscribed.
    case iopub
    /// Questions of a cell to the person in front of it.
    case stdin
    /// Requests that must not wait: interrupt, shutdown.
    case control
    /// Bytes that come back as they are, to show that the process lives.
    case heartbeat
}
