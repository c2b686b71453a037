import ArgumentParser

/// Measures engine, indicators and files; every measurement is one line of JSON on standard output.
@main struct ApusBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ApusBench", abstract: "Measures the training engine, indicators and files. Every measurement is one line of JSON.",
        subcommands: [
            TrainCommand.self, InferCommand.self, FirstStepCommand.self, ShapeCommand.self, LearnCommand.self, PeakCommand.self,
            IndicatorsCommand.self, ParquetCommand.self, CUDACommand.self,
        ])
}
