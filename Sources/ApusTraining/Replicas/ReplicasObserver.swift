/// Watches replicas that run at the same time. Calls come from their threads, so it must bear several at once; those of one replica come in order.
public protocol ReplicasObserver: Sendable {
    /// Before any replica: the GPU that all share, if any, or why the CPU computes where a GPU would have been taken.
    func began(gpu: String?, fallbackReason: String?)
    func epochEnded(_ record: EpochRecord, inReplica number: Int)
    func warned(_ message: String, inReplica number: Int)
    func replicaEnded(_ number: Int)
}

extension ReplicasObserver {
    public func began(gpu: String?, fallbackReason: String?) {}
    public func epochEnded(_ record: EpochRecord, inReplica number: Int) {}
    public func warned(_ message: String, inReplica number: Int) {}
    public func replicaEnded(_ number: Int) {}
}

/// Passes on what the training of one replica tells, with its number.
final class ReplicaObserver: TrainingObserver {
    private let number: Int
    private let observer: any ReplicasObserver

    init(_ number: Int, _ observer: any ReplicasObserver) {
        self.number = number
        self.observer = observer
    }

    func epochEnded(_ record: EpochRecord, notes: [String]) { observer.epochEnded(record, inReplica: number) }
    func warned(_ message: String) { observer.warned(message, inReplica: number) }
}
