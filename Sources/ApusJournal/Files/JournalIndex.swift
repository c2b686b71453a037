import ApusSession

/// Which records of a journal are still worth their place, and where they are in the file.
///
/// What goes: updates that a newer one replaced, outputs before a `clear`, and the oldest of what is too much: of the cells beyond
/// ``mostCells`` (of notable ones beyond ``mostNotable``), of records beyond ``mostRecords`` and of bytes beyond ``mostBytes``. The
/// memory it takes has a bound too, which does not depend on how many cells ran.
package struct JournalIndex {
    struct Entry {
        var cell: Int
        var offset: Int
        var length: Int
        /// Not for outputs, which may go alone.
        var isFrame: Bool
        var display: String?
    }

    private struct Cell {
        var number: Int
        /// In the order of the file; some may be gone.
        var records: [Int] = []
        var omitted = 0
        var isNotable = false
    }

    static let mostCells = 30
    static let mostNotable = 10
    static let mostRecords = 10_000
    package static let mostBytes = 8 << 20

    private(set) var entries: [Int: Entry] = [:]
    private(set) var byteCount = 0
    private var cells: [Cell] = []
    private var updates: [String: Int] = [:]

    /// Takes a record that was written at `offset`.
    mutating func append(_ record: JournalRecord, offset: Int, length: Int) {
        var entry = Entry(cell: record.cell, offset: offset, length: length, isFrame: true)
        switch record.content {
        case .origin, .ended: break
        case .began:
            cells.append(Cell(number: record.cell))
            removeExcessCells()
        case .omitted(let outputs):
            if let index = position(of: record.cell) { cells[index].omitted += outputs }
            return
        case .shown(let event):
            entry.isFrame = false
            take(event, of: record, &entry)
        }
        entries[record.number] = entry
        byteCount += length
        if let index = position(of: record.cell) { cells[index].records.append(record.number) }
        removeExcess()
    }

    /// Marks a cell that people come back to: a long one, or one with something that changed while it ran.
    mutating func noteNotable(cell: Int) {
        if let index = position(of: cell) { cells[index].isNotable = true }
    }

    /// The cells of which outputs are gone, with how many and the number of the record after which that is said.
    var omissions: [(cell: Int, after: Int, outputs: Int)] {
        cells.compactMap { cell in cell.omitted > 0 ? cell.records.first.map { (cell.number, $0, cell.omitted) } : nil }
    }

    /// The records moved to other places.
    mutating func move(_ places: [Int: Int]) {
        for (number, offset) in places { entries[number]?.offset = offset }
        for index in cells.indices { cells[index].records.removeAll { entries[$0] == nil } }
    }

    private func position(of cell: Int) -> Int? { cells.lastIndex { $0.number == cell } }

    private mutating func take(_ event: CellEvent, of record: JournalRecord, _ entry: inout Entry) {
        switch event {
        case .updateDisplay(let display):
            guard let id = display.id else { break }
            if let earlier = updates[id] { remove(earlier) }
            updates[id] = record.number
            entry.display = id
            noteNotable(cell: record.cell)
        case .clearOutput:
            guard let index = position(of: record.cell) else { break }
            for number in cells[index].records where entries[number]?.isFrame == false { remove(number) }
            cells[index].omitted = 0
        default: break
        }
    }

    private mutating func remove(_ number: Int) {
        guard let entry = entries.removeValue(forKey: number) else { return }
        byteCount -= entry.length
        if let display = entry.display, updates[display] == number { updates[display] = nil }
    }

    private mutating func removeExcessCells() {
        // The cell that begins does not count yet.
        for isNotable in [false, true] {
            let most = isNotable ? Self.mostNotable : Self.mostCells
            let found = cells.dropLast().indices.filter { cells[$0].isNotable == isNotable }
            for index in found.dropLast(most).reversed() { removeCell(at: index) }
        }
    }

    private mutating func removeCell(at index: Int) {
        for number in cells[index].records { remove(number) }
        cells.remove(at: index)
    }

    private mutating func removeExcess() {
        while entries.count > Self.mostRecords || byteCount > Self.mostBytes {
            if cells.count > 1 {
                removeCell(at: 0)
            } else if !thinOut() {
                return
            }
        }
    }

    /// Removes the older half of the outputs of the only cell there is; false when there is nothing to remove.
    private mutating func thinOut() -> Bool {
        guard let index = cells.indices.first else { return false }
        let outputs = cells[index].records.filter { entries[$0]?.isFrame == false }
        guard outputs.count > 1 else { return false }
        for number in outputs.prefix(outputs.count / 2) { remove(number) }
        cells[index].omitted += outputs.count / 2
        cells[index].records.removeAll { entries[$0] == nil }
        return true
    }
}
