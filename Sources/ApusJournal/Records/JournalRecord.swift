public import ApusSession

/// One entry of a journal. Numbers grow from record to record and stay what they are when the file is rewritten.
public struct JournalRecord: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        /// Who writes; the first record of every file.
        case origin(JournalOrigin)
        case began(JournalCellStart)
        /// The cell showed something.
        case shown(CellEvent)
        /// So many outputs of the cell before this record are not in the journal (any more).
        case omitted(outputs: Int)
        case ended(JournalOutcome)
    }

    public var number: Int
    /// Which cell of its front, counted from 1; 0 for the origin.
    public var cell: Int
    /// Microseconds since 1970.
    public var time: Int64
    public var content: Content

    public init(number: Int, cell: Int, time: Int64, content: Content) {
        self.number = number
        self.cell = cell
        self.time = time
        self.content = content
    }
}

/// Which process a journal is about.
public struct JournalOrigin: Sendable, Equatable {
    public enum Kind: String, Sendable, Equatable {
        case kernel, run
    }

    public var kind: Kind
    /// What people call it: the notebook's path where it is known.
    public var name: String
    public var process: Int

    public init(_ kind: Kind, name: String, process: Int) {
        self.kind = kind
        self.name = name
        self.process = process
    }
}

/// The cell that begins.
public struct JournalCellStart: Sendable, Equatable {
    /// The number that people see: the prompt's in a notebook, the position among the code cells in a run.
    public var count: Int
    /// The beginning of its source, without tokens.
    public var code: String

    public init(count: Int, code: String) {
        self.count = count
        self.code = code
    }

    /// The first line that does something; of a cell of comments, its first line.
    public var title: String {
        let lines = code.split(whereSeparator: \.isNewline).filter { $0.contains { !$0.isWhitespace } }
        let line = lines.first { !$0.hasPrefix("//") && !$0.hasPrefix("#") } ?? lines.first ?? ""
        return line.count > 80 ? line.prefix(79) + "…" : String(line)
    }
}

/// How a cell ended.
public enum JournalOutcome: String, Sendable, Equatable {
    case ok, failed, interrupted
}
