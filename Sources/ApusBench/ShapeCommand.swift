import ApusNN
import ApusTraining
import ArgumentParser

/// Times training steps of a sequence model of any shape, for sweeps that look for shapes which are slower than they should be.
struct ShapeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "shape", abstract: "Times training steps of a sequence model of any shape.")

    enum Layer: String, CaseIterable, ExpressibleByArgument { case lstm, gru, transformer }

    @Option(help: "The layers: \(Layer.allCases.map(\.rawValue).joined(separator: ", ")).") var layer: Layer = .lstm
    @Option(help: "How many of them.") var layers = 1
    @Option(help: "Units of a recurrent layer, or features of a transformer with 4 heads and 512 hidden features.") var units = 64
    @Option(name: .customLong("sequence"), help: "Steps of a sequence, T.") var sequence = 30
    @Option(help: "Features of a step, F.") var features = 13
    @Option(help: "Rows of a batch.") var batch = 32
    @Option(help: "Rows of an epoch; the last batch has what is left.") var rows = 320
    @OptionGroup var options: MeasurementOptions

    func validate() throws {
        if [layers, units, sequence, features, batch, rows].contains(where: { $0 < 1 }) { throw ValidationError("all sizes are at least 1") }
    }

    func run() throws {
        let benchmark = BenchmarkModel(
            name: "\(layer.rawValue) \(layers)x\(units)", description: description, inputShape: [sequence, features],
            optimizer: layer == .transformer ? AdamW(learningRate: 1e-3, weightDecay: 0.01) : Adam(learningRate: 1e-3))
        let measurement = TrainingMeasurement(benchmark: benchmark, batch: batch, rows: rows, threads: options.threads, epochs: options.epochs)
        print(try measurement.run().json)
    }

    private var description: ModelDescription {
        ModelDescription {
            switch layer {
            case .lstm:
                for number in 1...layers { LSTM(units, returnsSequences: number < layers) }
            case .gru:
                for number in 1...layers { GRU(units, returnsSequences: number < layers) }
            case .transformer:
                Dense(units)
                PositionalEncoding()
                for _ in 1...layers { TransformerEncoder(heads: 4, hidden: 512, dropout: 0.1) }
                GlobalAveragePooling()
            }
            Head("value", loss: .meanSquaredError) { Dense(1) }
        }
    }
}
