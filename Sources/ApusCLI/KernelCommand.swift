import ApusJournal
import ApusKernel
import ApusSession
import ArgumentParser
import CLinux
import Glibc
import JupyterProtocol
import JupyterTransport

/// `apus kernel -f FILE`: the Jupyter kernel, as the kernelspec starts it.
struct KernelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel",
        abstract: "Serve a Jupyter front end.",
        discussion: """
            Jupyter starts this command itself; `apus install` tells it how. The kernel leaves when a front end shuts it down, on \
            SIGTERM, and when the process that started it ends (JPY_PARENT_PID; 0 keeps it). SIGINT interrupts the running cell.
            """)

    @Option(name: [.customShort("f"), .customLong("connection-file")], help: "The connection file that the front end wrote.")
    var connectionFile: String

    @Flag(help: "Forget the history of inputs when the kernel ends.")
    var noHistory = false

    @Flag(help: "Keep no journal of what cells show; %attach has nothing to show then.")
    var noJournal = false

    func run() throws {
        // Before any other thread exists, so that all of them inherit it and signals wait for the loop below.
        let signals = KernelSignals()
        // The threads of a kernel take turns more than they compete: one heap is as fast, and holds less that is free.
        clinux_use_one_heap()
        let transport = try ZeroMQTransport(try ConnectionFile(path: connectionFile))
        let history = noHistory ? nil : HistoryFolder.standard(environment: Environment.value)
        // Jupyter servers tell the kernel which notebook it is for.
        let name = Environment.value("JPY_SESSION_NAME") ?? connectionFile
        let journal = noJournal ? nil : Journals.make(.kernel, name: name)
        let kernel = Kernel(
            session: SessionFactory.makeSession(), transport: transport, version: ApusVersion.current, history: history, journal: journal,
            limits: ServerLimits.standard(environment: Environment.value))
        let messages = QuietWatch(kernel)
        transport.start(messages)
        kernel.announce()
        KernelLoop(kernel: kernel, messages: messages, signals: signals, parent: KernelParent()).run()
        // The session ends its process within less, also when a cell spins.
        kernel.closeSession(within: .milliseconds(700))
        transport.close()
        journal?.close(within: .milliseconds(300))
    }
}
