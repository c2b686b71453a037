/// A line of cells that run one after the other, beside those of other subshells, with a count and a history of their own (Jupyter
/// enhancement proposal 91). Every kernel has one without an id, the main shell.
struct Subshell: Sendable {
    let cells: CellQueue
    let history: History
}
