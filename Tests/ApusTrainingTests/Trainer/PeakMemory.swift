import Glibc

/// The most bytes of memory this process has held so far.
func peakMemory() throws -> Int {
    var usage = rusage()
    guard getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 else { throw Errno(number: errno) }
    return usage.ru_maxrss * 1024
}

private struct Errno: Error {
    let number: Int32
}
