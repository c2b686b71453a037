import ApusSessionProcess
import Glibc

extension ProcessSession {
    /// Ends the session process as the system does when memory runs out.
    func killProcess() {
        if let process = processNumber { kill(process, SIGKILL) }
    }

    /// Waits until the session has noticed that its process is gone.
    func waitForEndOfProcess() async {
        while processNumber != nil { try? await Task.sleep(for: .milliseconds(1)) }
    }
}
