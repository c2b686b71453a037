import ApusSession
import ArgumentParser
import SessionTestSupport
import Synchronization

/// Has one of every kind of option, and shows what it was given.
struct ProbeMagic: Magic {
    static let name = "probe"
    static let abstract = "Shows its options."
    static let example = "%%probe --epochs 5"

    enum Optimizer: String, CaseIterable, ExpressibleByArgument { case adam, adamw, sgd }

    @Option(name: .shortAndLong, help: "Passes over the data.") var epochs = 100
    @Option(help: "Step size.") var rate = 0.001
    @Option(help: "Optimiser.") var optimizer = Optimizer.adam
    @Option(help: "Where to write.", completion: .directory) var out: String?
    @Option(help: "A file of candles.", completion: .file(extensions: ["csv"])) var candles: String?
    @Option(parsing: .upToNextOption, help: "Columns to use.") var columns: [String] = []
    @Flag(inversion: .prefixedNo, help: "Shuffle the rows.") var shuffle = false
    @Flag(help: "Say more.") var verbose = false

    func validate() throws {
        if epochs <= 0 { throw ValidationError("--epochs must be positive, and is \(epochs)") }
        if rate < 0, shuffle { throw ValidationError("--rate and --epochs: a negative rate needs no --shuffle") }
        if let out, out.hasPrefix("/dev") { throw ValidationError("there is no folder '\(out)'") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        cell.out.print("\(epochs) \(rate) \(optimizer) \(out ?? "-") \(columns) \(shuffle) \(verbose)")
    }

    static func values(for option: OptionDeclaration, in context: AssistanceContext) -> [Completions.Item] {
        guard option.names.contains("--columns") else { return [] }
        return ["open", "close", context.given["--rate"].map { "rate-\($0)" } ?? "volume"].map { Completions.Item($0, kind: "value") }
    }
}

/// Takes arguments without names, one of them required.
struct CopyMagic: Magic {
    static let name = "copy"
    static let abstract = "Copies."
    static let example = "%copy a b --times 2"

    @Argument(help: "What to copy.") var source: String
    @Argument(help: "Where to.") var target: String?
    @Option(help: "How many times.") var times: Int

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        cell.out.print("\(source) \(target ?? "-") \(times)")
    }
}

extension WorkspaceKeys {
    static let model = WorkspaceKey<ModelStub>("model", producedBy: "make") { "layers \($0.layers)" }
}

/// Not `Sendable`, as models are not.
final class ModelStub {
    var layers: Int
    init(layers: Int) { self.layers = layers }
}

struct MakeMagic: Magic {
    static let name = "make"
    static let abstract = "Makes a model of its body, one layer a line."
    static let example = "%%make\nDense(4)"
    static let body = MagicBody.optional("layers, one a line")
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.model]
    static let layers = ["LSTM", "Dense", "Dropout"]

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        try checkBody(cell.body)
        cell.workspace[WorkspaceKeys.model] = ModelStub(layers: cell.body?.lines.count ?? 0)
    }

    func check(_ context: CheckContext) {
        do { try checkBody(context.body) } catch { context.report(error) }
        context.plan[WorkspaceKeys.model] = ModelStub(layers: context.body?.lines.count ?? 0)
    }

    private func checkBody(_ body: CellBody?) throws(CellMistake) {
        guard let body else { return }
        var offset = 0
        for line in body.text.split(separator: "\n", omittingEmptySubsequences: false) {
            let indent = line.unicodeScalars.prefix { $0 == " " }.count
            let word = line.unicodeScalars.dropFirst(indent).prefix { $0 != "(" && $0 != " " && $0 != "}" }
            if !word.isEmpty, !Self.layers.contains(String(String.UnicodeScalarView(word))) {
                throw body.mistake("UnknownLayer", "there is no layer `\(String(word))`", at: offset + indent..<offset + indent + word.count)
            }
            offset += line.unicodeScalars.count + 1
        }
    }

    static func completions(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> [Completions.Item] {
        layers.map { Completions.Item($0, kind: "layer") }
    }

    static func inspection(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> MIMEBundle? {
        layers.contains(place.word) ? MIMEBundle(text: "layer \(place.word)") : nil
    }
}

/// Needs what `MakeMagic` leaves; adds a layer, and fails when asked to.
struct GrowMagic: Magic {
    static let name = "grow"
    static let abstract = "Adds a layer."
    static let example = "%grow"
    static let needs: [any AnyWorkspaceKey] = [WorkspaceKeys.model]
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.model]

    @Flag var fail = false
    @Flag var keep = false
    @Flag var interrupted = false

    struct OutOfMemory: ExplainedError {
        var name: String { "OutOfMemory" }
        var title: String { "the model needs 9 GiB, and 8 GiB are free" }
        var details: [String] { ["batch 64", "parameters 1000"] }
        var hint: String? { "use a smaller --batch" }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let old = try cell.workspace.require(WorkspaceKeys.model)
        cell.workspace[WorkspaceKeys.model] = ModelStub(layers: old.layers + 1)
        if keep { cell.workspace.commit() }
        if interrupted { throw CellInterrupted("stopped in epoch 3; the weights of epoch 2 are kept", hint: "evaluate them with %%evaluate") }
        if fail { throw OutOfMemory() }
    }
}

/// Counts how many of its kind run at the same time.
struct OverlapMagic: Magic {
    static let name = "overlap"
    static let abstract = "Notices overlap."
    static let example = "%overlap"

    @Argument var number: Int

    private static let state = Mutex((running: 0, most: 0, order: [Int]()))
    static var most: Int { state.withLock { $0.most } }
    static var order: [Int] { state.withLock { $0.order } }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        Self.state.withLock { state in
            state.running += 1
            state.most = max(state.most, state.running)
            state.order.append(number)
        }
        // Suspensions are where an actor lets others in.
        for _ in 0..<10 { await Task.yield() }
        try await Task.sleep(for: .milliseconds(2))
        Self.state.withLock { $0.running -= 1 }
    }
}

extension CellSession {
    static var probing: CellSession {
        CellSession(magics: [
            CountMagic.self, ProbeMagic.self, CopyMagic.self, MakeMagic.self, GrowMagic.self, WorkMagic.self, OverlapMagic.self, AskMagic.self,
        ])
    }
}

let probes: [any Magic.Type] = [CountMagic.self, ProbeMagic.self, CopyMagic.self, MakeMagic.self, GrowMagic.self, WorkMagic.self]
