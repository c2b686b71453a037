import ApusSession
import SessionTestSupport
import Synchronization
import Testing

@Suite struct CellStopTests {
    private final class Counter: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func increase() { count.add(1, ordering: .relaxed) }
    }

    @Test func `a stop reaches the cell, also one that was asked for before there was a cell`() {
        for isEarly in [true, false] {
            let (stop, stops) = (CellStop(), Counter())
            if isEarly { stop.request() }
            #expect(stop.isRequested == isEarly)
            stop.attach { stops.increase() }
            if !isEarly { stop.request() }
            #expect(stops.value == 1)
        }
    }

    @Test func `a call whose task was cancelled before starts nothing`() async {
        let session = CellSession(magics: [])
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await session.execute(CellRequest("let x = 1"), client: RecordingClient())
        }
        task.cancel()
        #expect(await task.value.error?.name == CellError.interruptedName)
        #expect(await session.execute(CellRequest("", userExpressions: ["x": "x"]), client: RecordingClient()).userExpressions["x"]?.isError == true)
    }
}

extension ExpressionValue {
    fileprivate var isError: Bool { if case .error = self { true } else { false } }
}
