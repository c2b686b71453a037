/// Runs the tasks that prefer it on one thread of its own, so that they start even when the cooperative pool is full of computation.
///
/// The thread starts with the first task and ends with the executor.
public final class ThreadExecutor: TaskExecutor {
    private enum Job: Sendable {
        case run(UnownedJob)
        case stop
    }

    private let jobs = Mailbox<Job>()
    private let thread: LazyThread

    public init(name: String) {
        thread = LazyThread(name: name)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let jobs = self.jobs
        let executor = asUnownedTaskExecutor()
        thread.startOnce {
            while true {
                for job in jobs.waitAndTake() {
                    switch job {
                    case .run(let job): job.runSynchronously(on: executor)
                    case .stop: return
                    }
                }
            }
        }
        // Last: the job may run, and let go of this object, before `post` returns.
        jobs.post(.run(UnownedJob(job)))
    }

    deinit { jobs.post(.stop) }
}
