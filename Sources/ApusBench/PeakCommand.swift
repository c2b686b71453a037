import ArgumentParser
import CApusBench

/// What the processor could do at most, to which the speed of a step is compared.
struct PeakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peak", abstract: "Measures how many multiply-adds one core does a second, a multiply-add counted as two operations.")

    func run() throws {
        let gigaflops = (apus_bench_peak_gflops() * 10).rounded() / 10
        print("{\"mode\": \"peak\", \"gflops_per_core\": \(gigaflops)}")
    }
}
