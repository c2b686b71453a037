import ApusKernel
import CLinux
import Glibc

/// What the main thread of a kernel does: waits for signals, for the end of the parent, and for the end of the kernel.
///
/// When clients have gone quiet it gives free memory back to the system: a burst of messages leaves the allocator with much that is free
/// in pieces, and a kernel has nothing to do for most of its life.
struct KernelLoop: ~Copyable {
    let kernel: Kernel
    let messages: QuietWatch
    let signals: KernelSignals
    let parent: KernelParent

    /// Milliseconds without a message after which clients are quiet.
    private static let pause: Int32 = 1000

    init(kernel: Kernel, messages: QuietWatch, signals: consuming KernelSignals, parent: consuming KernelParent) {
        self.kernel = kernel
        self.messages = messages
        self.signals = signals
        self.parent = parent
    }

    func run() {
        // poll(2) skips negative descriptors.
        var entries = [kernel.finished.descriptor, signals.descriptor, parent.descriptor, messages.activity.descriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        var isQuiet = true
        while true {
            let ready = poll(&entries, nfds_t(entries.count), isQuiet ? parent.pollInterval : Self.pause)
            if ready < 0 { continue }
            if entries[0].revents != 0 { return }
            while let signal = signals.next() {
                if signal == SIGINT { kernel.interrupt() } else { return kernel.stop() }
            }
            if entries[2].revents != 0 || parent.hasEnded { return kernel.stop() }
            if entries[3].revents != 0 {
                messages.activity.clear()
                isQuiet = false
            } else if ready == 0, !isQuiet, messages.areQuiet() {
                clinux_return_free_memory()
                isQuiet = true
            }
        }
    }
}
