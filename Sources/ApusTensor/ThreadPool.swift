import CApusKernels
import Glibc
import Synchronization

/// Threads of our own for the engine's parallel loops; they sleep between loops and never use the cooperative pool.
///
/// The caller is worker 0. Work items are claimed one by one, so a thread that the machine slows down does less; which thread computes an
/// item must not change its result.
public final class ThreadPool {
    private let loop = Loop()
    private var handles: [pthread_t] = []

    /// Threads that run a loop, the caller included.
    public var threads: Int { handles.count + 1 }

    /// - Parameter threads: wanted number; fewer are used when the system refuses more, with the same results.
    public init(threads: Int) {
        for worker in 1..<max(threads, 1) {
            let start = Unmanaged.passRetained(Start(loop: loop, worker: worker))
            var handle = pthread_t()
            let code = pthread_create(
                &handle, nil,
                { raw in
                    let start = Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
                    start.loop.work(start.worker)
                    return nil
                }, start.toOpaque())
            if code == 0 { handles.append(handle) } else { start.release() }
        }
    }

    deinit {
        loop.close()
        for handle in handles { pthread_join(handle, nil) }
    }

    /// Calls `body(item, worker)` for every item in 0..<count and returns when all are done. Not reentrant; one caller at a time.
    public func run(count: Int, _ body: (_ item: Int, _ worker: Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var body = body
            run(count: count, with: &body) { body, item, worker in body.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(item, worker) }
        }
    }

    /// The same without allocating: what the work needs is in `context`, as a closure's captured values would take memory.
    package func run<Context: ~Copyable>(count: Int, with context: inout Context, _ body: @escaping Work) {
        withUnsafeMutablePointer(to: &context) { pointer in
            let context = UnsafeMutableRawPointer(pointer)
            if handles.isEmpty || count <= 1 {
                for item in 0..<max(count, 0) { body(context, item, 0) }
            } else {
                loop.run(count: count, helpers: handles.count, context, body)
            }
        }
    }

    /// One item of a loop over `context`.
    package typealias Work = @convention(c) (_ context: UnsafeMutableRawPointer, _ item: Int, _ worker: Int) -> Void

    private final class Start {
        let loop: Loop
        let worker: Int

        init(loop: Loop, worker: Int) {
            self.loop = loop
            self.worker = worker
        }
    }
}

/// What the caller and the helper threads share.
private final class Loop: @unchecked Sendable {
    // Safe: `count`, `context` and `body` are written before `generation` is released and read after it is acquired.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let generation = Atomic<Int>(0)
    private let running = Atomic<Int>(0)
    private let next = Atomic<Int>(0)
    private var count = 0
    private var context: UnsafeMutableRawPointer?
    private var body: ThreadPool.Work?
    private var closing = false

    /// Turns of a waiting loop before a thread sleeps: some 20 µs, about the pause between two training steps.
    private static let spins = 1500

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(done, nil)
    }

    deinit {
        pthread_cond_destroy(done)
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        done.deallocate()
        wake.deallocate()
        mutex.deallocate()
    }

    func run(count: Int, helpers: Int, _ context: UnsafeMutableRawPointer, _ body: @escaping ThreadPool.Work) {
        self.count = count
        self.context = context
        self.body = body
        next.store(0, ordering: .relaxed)
        running.store(helpers, ordering: .relaxed)
        startGeneration()
        claim(worker: 0)
        waitForHelpers()
    }

    func close() {
        closing = true
        startGeneration()
    }

    private func startGeneration() {
        pthread_mutex_lock(mutex)
        generation.add(1, ordering: .releasing)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }

    private func claim(worker: Int) {
        guard let body, let context else { return }
        while true {
            let item = next.add(1, ordering: .relaxed).oldValue
            if item >= count { return }
            body(context, item, worker)
        }
    }

    private func waitForHelpers() {
        for _ in 0..<Self.spins {
            if running.load(ordering: .acquiring) == 0 { return }
            apus_pause()
        }
        pthread_mutex_lock(mutex)
        while running.load(ordering: .acquiring) != 0 { pthread_cond_wait(done, mutex) }
        pthread_mutex_unlock(mutex)
    }

    func work(_ worker: Int) {
        var seen = 0
        while true {
            var turns = 0
            while turns < Self.spins, generation.load(ordering: .acquiring) == seen {
                apus_pause()
                turns += 1
            }
            if generation.load(ordering: .acquiring) == seen {
                pthread_mutex_lock(mutex)
                while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
                pthread_mutex_unlock(mutex)
            }
            seen = generation.load(ordering: .acquiring)
            if closing { return }
            claim(worker: worker)
            if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
                pthread_mutex_lock(mutex)
                pthread_cond_signal(done)
                pthread_mutex_unlock(mutex)
            }
        }
    }
}
