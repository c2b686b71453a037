/// Why the GPU could not do something: what happened, the values involved, the next step.
public struct CUDAError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller can do about it.
    public enum Kind: Sendable, Equatable {
        /// There is no GPU that Apus can use: no driver, no device, or one that is too old. The CPU can do the work.
        case unavailable
        /// The work needs more memory than the GPU has left. Less work at once may fit.
        case outOfMemory
        /// The GPU stopped in the middle of the work: every later call of this process fails, and what was in its memory is lost.
        case deviceLost
        /// The GPU computes something else than the CPU.
        case wrongResult
        /// Anything else: a call that the driver refused.
        case other
    }

    public let kind: Kind
    /// The driver's number (CUresult), such as 2; nil where no call of the driver failed.
    public let code: Int?
    /// What happened, with the values involved, in one line.
    public let message: String
    /// What to do now.
    public let nextStep: String

    package init(_ kind: Kind, code: Int? = nil, _ message: String, nextStep: String) {
        self.kind = kind
        self.code = code
        self.message = message
        self.nextStep = nextStep
    }

    public var description: String { "\(message). \(nextStep)" }
}
