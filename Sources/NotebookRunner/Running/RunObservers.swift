public import ApusSession

/// Several who watch a run, told in turn.
public struct RunObservers: RunObserver {
    private let observers: [any RunObserver]

    public init(_ observers: [any RunObserver]) { self.observers = observers }

    public func cellStarted(_ cell: CellReport, of total: Int) {
        for observer in observers { observer.cellStarted(cell, of: total) }
    }

    public func cellShowed(_ event: CellEvent) {
        for observer in observers { observer.cellShowed(event) }
    }

    public func cellEnded(_ cell: CellReport, of total: Int) {
        for observer in observers { observer.cellEnded(cell, of: total) }
    }
}
