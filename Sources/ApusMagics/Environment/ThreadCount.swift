package import ApusSession

/// How many threads cells compute with.
package enum ThreadCount {
    /// The environment variable that says so for cells without `--threads`, where several notebooks share the processors.
    package static let variable = "APUS_THREADS"

    /// What the variable says; one for each processor when it is missing or no number from 1 to 256.
    package static func automatic(_ environment: SessionEnvironment) -> Int {
        if let text = environment.variables[variable], let count = Int(text), (1...256).contains(count) { return count }
        return MachineResources.processorCount
    }

    /// How many threads each of `count` notebooks gets that run at once.
    package static func share(of count: Int) -> Int { max(1, MachineResources.processorCount / max(1, count)) }
}
