import ApusKernel
import Glibc

/// What the main thread of a kernel does: waits for signals, for the end of the parent, and for the end of the kernel.
struct KernelLoop: ~Copyable {
    let kernel: Kernel
    let signals: KernelSignals
    let parent: KernelParent

    init(kernel: Kernel, signals: consuming KernelSignals, parent: consuming KernelParent) {
        self.kernel = kernel
        self.signals = signals
        self.parent = parent
    }

    func run() {
        // poll(2) skips negative descriptors.
        var entries = [kernel.finished.descriptor, signals.descriptor, parent.descriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        while true {
            let ready = poll(&entries, nfds_t(entries.count), parent.pollInterval)
            if ready < 0 { continue }
            if entries[0].revents != 0 { return }
            while let signal = signals.next() {
                if signal == SIGINT { kernel.interrupt() } else { return kernel.stop() }
            }
            if entries[2].revents != 0 || parent.hasEnded { return kernel.stop() }
        }
    }
}
