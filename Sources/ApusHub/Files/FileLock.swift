import Glibc

/// An exclusive lock between processes and threads (flock).
///
/// The file stays: removing it would let two owners hold locks on two files of the same name.
enum FileLock {
    private static let pollMilliseconds = 20

    /// Waits for the lock, unless `shouldStop`, and runs `body` while holding it.
    static func withLock<Result>(_ path: String, shouldStop: () -> Bool, _ body: () throws(HubError) -> Result) throws(HubError) -> Result {
        let file = try OpenFile(path, O_RDWR | O_CREAT, mode: 0o664, action: "open the lock")
        while try !file.tryLock() {
            if shouldStop() { throw HubError.cancelled }
            FileSystem.pause(milliseconds: pollMilliseconds)
        }
        defer { file.unlock() }
        return try body()
    }
}
