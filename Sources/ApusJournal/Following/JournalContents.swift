public import ApusSession

/// What a journal says about its process and its cells, without their outputs.
public struct JournalContents: Sendable {
    public struct Cell: Sendable, Equatable {
        /// Counted from 1 in its process.
        public let number: Int
        public let start: JournalCellStart
        /// Microseconds since 1970.
        public let began: Int64
        public fileprivate(set) var ended: Int64?
        /// Nil while it runs, and when its process ended without a word.
        public fileprivate(set) var outcome: JournalOutcome?
        public fileprivate(set) var outputs = 0
        fileprivate var hasUpdates = false

        public func duration(now: Int64) -> Duration { .microseconds(max(0, (ended ?? now) - began)) }

        /// Whether people come back to it: it took long, or something in it changed while it ran.
        public var isNotable: Bool { hasUpdates || (ended.map { Duration.microseconds($0 - began) >= Journal.longCell } ?? false) }
    }

    public private(set) var origin: JournalOrigin?
    /// In the order in which they began.
    public private(set) var cells: [Cell] = []

    public init() {}

    public mutating func take(_ record: JournalRecord) {
        switch record.content {
        case .origin(let origin): self.origin = origin
        case .began(let start): cells.append(Cell(number: record.cell, start: start, began: record.time))
        case .shown(let event):
            change(record.cell) { cell in
                if case .updateDisplay = event { cell.hasUpdates = true } else { cell.outputs += 1 }
            }
        case .omitted(let outputs): change(record.cell) { $0.outputs += outputs }
        case .ended(let outcome):
            change(record.cell) { cell in
                cell.ended = record.time
                cell.outcome = outcome
            }
        }
    }

    private mutating func change(_ number: Int, _ body: (inout Cell) -> Void) {
        if let index = cells.lastIndex(where: { $0.number == number }) { body(&cells[index]) }
    }

    /// The cell that runs, if its process lives.
    public func running(isAlive: Bool) -> Cell? {
        guard isAlive, let last = cells.last, last.outcome == nil else { return nil }
        return last
    }

    /// The cell to show: the `latest`-th latest, counted from 1; without a number the one that runs, else the latest notable one, else
    /// the latest that showed something.
    public func cell(latest: Int?, isAlive: Bool) -> Cell? {
        if let latest { return cells.indices.contains(cells.count - latest) ? cells[cells.count - latest] : nil }
        return running(isAlive: isAlive) ?? cells.last(where: \.isNotable) ?? cells.last { $0.outputs > 0 } ?? cells.last
    }

    /// What is said of a cell's state: `running`, `ok`, `failed`, `interrupted`, `lost` when its process ended without a word.
    public func state(of cell: Cell, isAlive: Bool) -> String {
        cell.outcome?.rawValue ?? (isAlive ? "running" : "lost")
    }

    /// All cells, the latest first, numbered as `cell(latest:)` counts.
    public func table(isAlive: Bool, now: Int64) -> TableView {
        let rows = cells.reversed().enumerated().map { index, cell in
            [
                String(index + 1), "[\(cell.start.count)]", cell.start.title, state(of: cell, isAlive: isAlive), JournalText.clock(cell.began),
                JournalText.duration(cell.duration(now: now)), String(cell.outputs),
            ]
        }
        return TableView(
            headers: ["", "cell", "begins with", "state", "began (UTC)", "took", "outputs"], rows: rows,
            alignments: [.right, .left, .left, .left, .left, .right, .right])
    }
}
