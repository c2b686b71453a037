public import ApusJSON
public import ApusSession
import ApusThreads
import Synchronization

/// What Swift code in a cell sees, and how it is compiled.
public struct SwiftView: Sendable, Equatable {
    /// Lines before the code: imports of what earlier cells declare.
    public var preamble: String
    /// A folder that is the session's own.
    public var folder: String
    /// Of the compiler's driver.
    public var arguments: [String]

    public init(preamble: String, folder: String, arguments: [String]) {
        self.preamble = preamble
        self.folder = folder
        self.arguments = arguments
    }
}

/// Answers questions about Swift code with the toolchain's SourceKit-LSP, which starts with the first question.
///
/// Questions are asked one after the other by a thread of its own, which waits for the server: neither cells nor Swift's cooperative pool, which
/// cells may keep busy, have a part in it.
public final class SwiftAssistant: SwiftCodeAssistant {
    private enum Job: Sendable {
        case complete(SwiftQuestion, until: ContinuousClock.Instant, CheckedContinuation<Completions?, Never>)
        case inspect(SwiftQuestion, until: ContinuousClock.Instant, CheckedContinuation<MIMEBundle?, Never>)
        case stop
    }

    /// How long what may take.
    public struct TimeLimits: Sendable {
        /// A question; then there is no answer.
        public var question: Duration = .seconds(4)
        /// A request, until the server is taken to hang.
        public var hang: Duration = .seconds(20)
        /// How long a server that fails again and again is left alone.
        public var pause: Duration = .seconds(60)
        /// How long a server is kept that nobody asks: it holds half a gigabyte, and starts again in a tenth of a second.
        public var idle: Duration = .seconds(600)

        public init() {}
    }

    /// Nil is the end of the thread.
    private let jobs = Mailbox<Job?>()
    private let thread = LazyThread(name: "apus-swift-lsp")
    /// Ends what the thread waits for.
    private let stop = Wakeup()
    /// Says that the server is gone.
    private let stopped = Wakeup()
    private let program: String
    private let timeLimits: TimeLimits
    private let view: @Sendable ([String: JSON]) -> SwiftView?

    /// - Parameters:
    ///   - program: SourceKit-LSP; where it is missing, there are no answers.
    ///   - view: What code sees now, given the parameters; nil when that is not known.
    public init(program: String, timeLimits: TimeLimits = TimeLimits(), view: @escaping @Sendable ([String: JSON]) -> SwiftView?) {
        self.program = program
        self.timeLimits = timeLimits
        self.view = view
    }

    deinit {
        stop.signal()
        jobs.post(nil)
    }

    public func complete(_ question: SwiftQuestion) async -> Completions? {
        await withCheckedContinuation { post(.complete(question, until: deadline, $0)) }
    }

    public func inspect(_ question: SwiftQuestion) async -> MIMEBundle? {
        await withCheckedContinuation { post(.inspect(question, until: deadline, $0)) }
    }

    /// Ends the server, and waits for its end. Questions have no answers from then on.
    public func close(within duration: Duration) {
        stop.signal()
        post(.stop)
        stopped.wait(timeout: duration)
    }

    private var deadline: ContinuousClock.Instant { .now + timeLimits.question }

    private func post(_ job: Job) {
        thread.startOnce { [jobs, program, timeLimits, stop, stopped, view] in
            var desk: QuestionDesk? = QuestionDesk(program: program, timeLimits: timeLimits, stop: stop, view: view)
            while true {
                for job in Self.next(jobs, idle: timeLimits.idle, whenIdle: { desk?.rest() }) {
                    switch job {
                    case .complete(let question, let deadline, let continuation):
                        continuation.resume(returning: Self.completions(desk, question, until: deadline))
                    case .inspect(let question, let deadline, let continuation):
                        continuation.resume(returning: Self.inspection(desk, question, until: deadline))
                    case .stop:
                        desk = nil
                        stopped.signal()
                    case nil: return
                    }
                }
            }
        }
        jobs.post(job)
    }

    /// The next jobs; calls `whenIdle` each time when none has come for so long.
    private static func next(_ jobs: Mailbox<Job?>, idle: Duration, whenIdle: () -> Void) -> [Job?] {
        while true {
            let taken = jobs.take()
            if !taken.isEmpty { return taken }
            guard jobs.mayOwnerSleep() else { continue }
            let hasCome = jobs.wakeup.wait(timeout: idle)
            jobs.ownerWoke()
            if !hasCome { whenIdle() }
        }
    }

    private static func completions(_ desk: QuestionDesk?, _ question: SwiftQuestion, until deadline: ContinuousClock.Instant) -> Completions? {
        desk?.ask(question, until: deadline) { server, view throws(ServerFailure) in try server.complete(question, view, until: deadline) }
    }

    private static func inspection(_ desk: QuestionDesk?, _ question: SwiftQuestion, until deadline: ContinuousClock.Instant) -> MIMEBundle? {
        desk?.ask(question, until: deadline) { server, view throws(ServerFailure) in try server.inspect(question, view, until: deadline) } ?? nil
    }
}
