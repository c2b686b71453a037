import ArgumentParser

/// Measures the engine and the indicators; every measurement is one line of JSON on standard output.
@main struct ApusBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ApusBench", abstract: "Measures the training engine and the indicators. Every measurement is one line of JSON.",
        subcommands: [
            TrainCommand.self, InferCommand.self, FirstStepCommand.self, ShapeCommand.self, LearnCommand.self, PeakCommand.self,
            IndicatorsCommand.self,
        ])
}
