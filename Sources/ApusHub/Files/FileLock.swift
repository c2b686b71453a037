import ApusSystem
import Glibc

/// An exclusive lock between processes and threads (flock).
///
/// The file stays: removing it would let two owners hold locks on two files of the same name.
enum FileLock {
    private static let pollMicroseconds: UInt32 = 20_000

    /// Waits for the lock, unless `shouldStop`, and runs `body` while holding it.
    static func withLock<Result>(_ path: String, shouldStop: () -> Bool, _ body: () throws(HubError) -> Result) throws(HubError) -> Result {
        let file = try open(path)
        while try !tryLock(file) {
            if shouldStop() { throw HubError.cancelled }
            usleep(pollMicroseconds)
        }
        defer { file.unlock() }
        return try body()
    }

    private static func open(_ path: String) throws(HubError) -> OpenFile {
        do { return try OpenFile(path, O_RDWR | O_CREAT, mode: 0o664, operation: "open the lock") } catch { throw HubError(error) }
    }

    private static func tryLock(_ file: borrowing OpenFile) throws(HubError) -> Bool {
        do { return try file.tryLock() } catch { throw HubError(error) }
    }
}
