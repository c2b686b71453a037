import ApusJSON
import ApusSession
import ApusThreads

/// Where questions come to, one by one: finds out what the code sees, and has the server answer. For one thread.
final class QuestionDesk {
    private let program: String
    private let stop: Wakeup
    private let view: ([String: JSON]) -> SwiftView?
    private let keeper: ServerKeeper
    /// With which the server was started.
    private var arguments: [String] = []

    /// - Parameter stop: Ends every wait once it is signalled.
    init(program: String, timeLimits: SwiftAssistant.TimeLimits, stop: Wakeup, view: @escaping ([String: JSON]) -> SwiftView?) {
        self.program = program
        self.stop = stop
        self.view = view
        keeper = ServerKeeper(patience: timeLimits.hang, pause: timeLimits.pause)
    }

    /// Does without a server until there is a question.
    func rest() { keeper.stop() }

    /// Nil when there is no answer, for whatever reason: an assistant that fails must not get in the way of who types.
    func ask<Answer>(
        _ question: SwiftQuestion, until deadline: ContinuousClock.Instant, _ body: (SwiftServer, SwiftView) throws(ServerFailure) -> Answer
    ) -> Answer? {
        // It may have waited for those before it.
        guard deadline > .now, let view = view(question.parameters) else { return nil }
        // A package has come, for example.
        if view.arguments != arguments { keeper.stop() }
        arguments = view.arguments
        return try? keeper.ask(until: deadline) { () throws(ServerFailure) in
            try SwiftServer(program: program, folder: view.folder, arguments: view.arguments, stop: stop, until: deadline)
        } _: { server throws(ServerFailure) in
            try body(server, view)
        }
    }
}
