import ApusSession

/// The client of a cell in the session process: outputs go to the lane, questions to the front.
struct ServedCell: SessionClient {
    let number: Int
    let lane: EventLane
    let questions: OpenQuestions
    let capture: OutputCapture

    func receive(_ event: CellEvent) {
        capture.drain()
        lane.send(event, cell: number)
    }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String {
        capture.drain()
        lane.flush()
        guard let answer = try await questions.ask(cell: number, prompt: prompt, isPassword: isPassword) else { throw InputUnavailable() }
        return answer
    }
}
