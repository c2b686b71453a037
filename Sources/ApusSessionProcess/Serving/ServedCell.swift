import ApusSession

/// The client of a cell in the session process: text goes to the capture, other outputs to the lane, questions to the front.
struct ServedCell: SessionClient {
    let number: Int
    let lane: EventLane
    let questions: OpenQuestions
    let capture: OutputCapture

    func receive(_ event: CellEvent) {
        if case .stream(let name, let text) = event { return capture.write(text, to: name) }
        capture.drain()
        lane.send(event, cell: number)
    }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String {
        capture.drain()
        guard let answer = try await questions.ask(cell: number, prompt: prompt, isPassword: isPassword) else { throw InputUnavailable() }
        return answer
    }
}
