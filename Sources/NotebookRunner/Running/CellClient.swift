import ApusSession

/// The runner's side of one running cell.
struct CellClient: SessionClient {
    let race: CellRace
    let state: RunState
    let saves: SaveSchedule
    let observer: (any RunObserver)?
    let readInput: NotebookRun.InputReader?

    func receive(_ event: CellEvent) {
        // A cell that was given up may go on showing things; they belong nowhere.
        guard state.record(event, from: race) else { return }
        saves.noteChange()
        observer?.cellShowed(event)
    }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String {
        guard let readInput else { throw InputUnavailable() }
        return try await readInput(prompt, isPassword)
    }
}
