import ApusSystem
import ArgumentParser
import Glibc
import TestSupport

/// Tries changed inputs on the readers, in this process; whatever a reader does but to return or to throw ends it.
@main
struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ApusFuzz", abstract: "Tries damaged inputs on every reader.",
        discussion: """
            Each input follows from the seed, the reader and the input's number alone. When the process ends before it has said how many inputs \
            it tried, the state file names the last one: repeat it with --reader, --seed, --from and --count 1.
            """)

    @Option(help: "Seconds to run, shared among the readers.") var seconds = 20.0
    @Option(help: "The seed; a random one by default.") var seed: UInt64?
    @Option(help: "Only this reader.") var reader: String?
    @Option(help: "The number of the first input.") var from = 0
    @Option(help: "How many inputs of each reader, in place of a time.") var count: Int?
    @Option(help: "The file that names the last input.") var state = "/tmp/apus-fuzz.state"
    @Option(help: "Mebibytes of memory that the process may use; 0 where a sanitizer needs address space.") var memory = 4096
    @Option(help: "Seconds that one input may take.") var inputSeconds: UInt32 = 20
    @Option(help: "Save the input that is tried last in this file.") var save: String?
    @Option(help: "The folder Tests of the repository.") var tests = "Tests"

    func run() throws {
        let seed = seed ?? UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        let chosen = reader.map { name in (readers + broken).filter { $0.name == name } } ?? readers
        guard !chosen.isEmpty else {
            throw ValidationError("there is no reader \(reader ?? ""); there are " + readers.map(\.name).joined(separator: ", "))
        }
        // In memory where the system has such a folder.
        let scratch = try ScratchFolder(in: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", prefix: "apus-fuzz")
        let state = open(state, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard state >= 0 else { throw SystemError("write", self.state) }
        defer { close(state) }
        let seeds = try chosen.map { try $0.load(tests: tests) }
        if memory > 0 {
            var limit = rlimit(rlim_cur: rlim_t(memory) << 20, rlim_max: rlim_t(memory) << 20)
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        }
        var total = 0
        for (reader, seeds) in zip(chosen, seeds) {
            let run = FuzzRun(
                reader: reader, seeds: seeds, seed: seed, scratch: scratch.path, inputSeconds: inputSeconds,
                note: { number in
                    // One line of always the same length, so that a kill leaves the old one or the new one.
                    let line = "\(reader.name) --seed \(seed) --from \(number)"
                    let bytes = Array((line + String(repeating: " ", count: max(0, 79 - line.utf8.count)) + "\n").utf8)
                    pwrite(state, bytes, bytes.count, 0)
                }, save: save)
            let result = try run.run(from: from, count: count, for: .seconds(seconds / Double(chosen.count)))
            total += result.inputs
            let name = reader.name + String(repeating: " ", count: max(1, 20 - reader.name.count))
            print("\(name) \(result.inputs) inputs, \(result.accepted) of them accepted, the slowest \(result.slowest)")
        }
        print("\(total) inputs in \(chosen.count) readers, nothing found")
    }
}

/// The inputs of one reader.
struct FuzzRun {
    let reader: FuzzReader
    let seeds: [[UInt8]]
    let seed: UInt64
    let scratch: String
    let inputSeconds: UInt32
    let note: (Int) -> Void
    let save: String?

    func run(from first: Int, count: Int?, for time: Duration) throws -> (inputs: Int, accepted: Int, slowest: Duration) {
        var (accepted, slowest) = (0, Duration.zero)
        let end = ContinuousClock.now + time
        var number = first
        while count.map({ number < first + $0 }) ?? (ContinuousClock.now < end) {
            var mutator = Mutator(seeds: seeds, generator: SeededGenerator(seed: seed ^ UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
            // Undamaged seeds first: they show that the reader is reached.
            let bytes = number < seeds.count ? seeds[number] : mutator.next()
            note(number)
            if let save { try AtomicFile.replace(save, with: bytes) }
            let start = ContinuousClock.now
            // Its signal ends the process.
            alarm(inputSeconds)
            do {
                try reader.body(FuzzInput(bytes: bytes, scratch: scratch))
                accepted += 1
            } catch {}
            alarm(0)
            slowest = max(slowest, start.duration(to: .now))
            number += 1
        }
        return (number - first, accepted, slowest)
    }
}
