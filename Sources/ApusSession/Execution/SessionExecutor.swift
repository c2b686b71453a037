import Glibc
import Synchronization

/// Runs the session's actor on one thread of its own.
///
/// A training run keeps that thread for hours, which must not cost the threads that Swift's tasks share. As a task executor it also
/// runs the asynchronous functions that a magic awaits. Compare GRDB's `DispatchQueueActor`.
final class SessionExecutor: SerialExecutor, TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    /// A lock and a condition, because a `Mutex` cannot be waited on.
    private final class Queue: @unchecked Sendable {
        // Safe: `state` is touched only between lock and unlock.
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var state = State()

        init() {
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(condition, nil)
        }

        deinit {
            pthread_cond_destroy(condition)
            pthread_mutex_destroy(mutex)
            condition.deallocate()
            mutex.deallocate()
        }

        func change(_ body: (inout State) -> Void) {
            pthread_mutex_lock(mutex)
            body(&state)
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }

        /// Waits for jobs; nil when there are none left and none will come.
        func take() -> [UnownedJob]? {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while state.jobs.isEmpty, !state.isStopped { pthread_cond_wait(condition, mutex) }
            if state.jobs.isEmpty { return nil }
            let jobs = state.jobs
            state.jobs = []
            return jobs
        }
    }

    private let queue = Queue()
    private let thread = Atomic<UInt>(0)

    init() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Room for recursive code in cells, as main threads have it.
        pthread_attr_setstacksize(&attributes, 16 << 20)
        var handle = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &handle, &attributes,
            { context in
                if let context { Unmanaged<SessionExecutor>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        pthread_attr_destroy(&attributes)
        precondition(failure == 0, "the system refuses a thread for the session (error \(failure))")
    }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        while let jobs = queue.take() {
            for job in jobs { job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor()) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Nothing of this object may be touched after the unlocking: the job may have run by then, and have released the session.
        queue.change { $0.jobs.append(job) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func checkIsolated() {
        precondition(UInt(pthread_self()) == thread.load(ordering: .relaxed), "not on the session's thread")
    }

    /// The thread ends when it has run what is queued.
    func stop() { queue.change { $0.isStopped = true } }
}
