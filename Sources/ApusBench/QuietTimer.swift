import Glibc

/// Times epochs and keeps those that other processes did not disturb, by the rule of the peers' scripts.
struct QuietTimer {
    /// Share of one core that others may take from ours during a clean epoch.
    static let quiet = 0.1

    private(set) var seconds: [Double] = []
    private var others: [Double] = []
    private let cores: Set<String>

    init(cores: [Int]) { self.cores = Set(cores.map { "cpu\($0)" }) }

    /// Runs epochs, the first to warm up, until `wanted` clean ones are in or five times as many have run.
    mutating func run(wanted: Int, _ epoch: () throws -> Void) rethrows {
        while seconds.count <= wanted * 5 && others.dropFirst().count(where: { $0 < Self.quiet }) < wanted {
            let (start, before) = (Self.now(), othersSeconds())
            try epoch()
            let elapsed = Self.now() - start
            seconds.append(elapsed)
            others.append((othersSeconds() - before) / elapsed)
        }
    }

    /// Seconds of the quietest epochs, and the median share that others took in them.
    func measured(wanted: Int) -> (seconds: [Double], others: Double) {
        let ranked = zip(others, seconds).dropFirst().sorted { $0.0 < $1.0 }
        let clean = ranked.filter { $0.0 < Self.quiet }
        let chosen = clean.count >= min(3, wanted) ? clean : Array(ranked.prefix(max(3, wanted / 2)))
        return (chosen.map(\.1), Self.median(chosen.map(\.0)))
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Seconds of the monotonic clock.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Seconds that other processes, or the host, have spent on our cores so far.
    private func othersSeconds() -> Double {
        var ticks = 0
        for line in Process.read("/proc/stat").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let name = fields.first, cores.contains(String(name)) else { continue }
            let counts = fields.dropFirst().compactMap { Int($0) }
            // user nice system idle iowait irq softirq steal
            if counts.count >= 8 { ticks += counts[0] + counts[1] + counts[2] + counts[5] + counts[6] + counts[7] }
        }
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let own = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK))) - own
    }
}
