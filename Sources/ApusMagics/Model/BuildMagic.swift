import ApusNN
import ApusSession
import ArgumentParser

/// `%%build`: builds the model from a recipe or from the layers in the body.
struct BuildMagic: Magic {
    static let name = "build"
    static let abstract = "Builds the model from a recipe or from layers in the cell's body, in Swift call syntax."
    static let discussion = "`%%build --recipe multi-task-lstm --show` prints a recipe's layers, to copy and edit. Shapes come from the data."
    static let example = """
        %%build
        LSTM(64, returnsSequences: true)
        LSTM(32)
        Head("direction", loss: .crossEntropy) {
            Dense(4, activation: .softmax)
        }
        """
    static let body = MagicBody.optional("the layers, unless --recipe names them")
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.model]

    @Option(help: "A model known by name.", completion: .list(Recipe.all.map(\.name))) var recipe: String?
    @Flag(help: "Show the layers of the recipe instead of building it.") var show = false
    @Option(help: "The seed of the first weights.") var seed = 1

    var needs: [any AnyWorkspaceKey] { show ? [] : [WorkspaceKeys.data] }

    func validate() throws {
        if show, recipe == nil { throw ValidationError("--show needs --recipe: it prints the layers of a recipe") }
        guard let recipe, Recipe.named(recipe) == nil else { return }
        throw ValidationError("there is no recipe '\(recipe)'; there are: \(Recipe.all.map(\.name).joined(separator: ", "))")
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        if show, let recipe = recipe.flatMap(Recipe.named) {
            cell.out.write("%%build\n" + recipe.body)
            return
        }
        let data = try cell.workspace.require(WorkspaceKeys.data)
        let model = try model(for: data.inputShape, body: cell.body)
        try checkHeads(of: model, targets: data.targets, in: cell.body)
        let targets = try data.examples(data.split.training).targets
        let started = try model.initializeOutputBiases(targets: model.heads.compactMap { targets[$0.name] })
        let built = BuiltModel(model: model, recipe: recipe)
        cell.workspace[WorkspaceKeys.model] = built
        show(model, cell)
        for head in started { cell.out.print("Head \"\(head)\" begins at the mean of its targets.") }
    }

    func check(_ context: CheckContext) {
        guard !show else { return }
        // Before there are data, any shape does for the layers' own rules.
        let inputShape = (recipe.flatMap(Recipe.named) ?? .multiTaskLSTM).inputShape
        do {
            try checkHeads(of: model(for: inputShape, body: context.body), targets: HeadTargets.known, in: context.body)
        } catch { context.report(error) }
    }

    private func model(for inputShape: [Int], body: CellBody?) throws -> Model {
        let seed = UInt64(bitPattern: Int64(seed))
        if let recipe = recipe.flatMap(Recipe.named) {
            if let body, !body.isEmpty {
                throw body.mistake(
                    "TwoModels", "the cell has both --recipe and layers", at: 0..<1,
                    hint: "leave out one of them; `--recipe \(recipe.name) --show` prints its layers")
            }
            return try Model(recipe.description, inputShape: inputShape, seed: seed)
        }
        guard let body, !body.isEmpty else {
            throw CellFailure("NoLayers", "the cell has no layers", hint: "write layers below %%build, or use `--recipe multi-task-lstm`")
        }
        let description = try description(in: body)
        do throws(ModelError) {
            return try Model(description, inputShape: inputShape, seed: seed)
        } catch {
            guard let position = error.position else { throw error }
            let place = body.offset(of: position)
            throw body.mistake("InvalidModel", error.message, at: place..<body.endOfWord(at: place))
        }
    }

    /// - Throws: a mistake at the head in the body that does not fit the data.
    private func checkHeads(of model: Model, targets: [DataTarget], in body: CellBody?) throws {
        do throws(UnfitHead) {
            try HeadTargets.check(model, targets: targets)
        } catch {
            let element = model.declaration.elements.first { element in
                if case .head(let head) = element.kind { head.name == error.head } else { false }
            }
            guard let body, let position = element?.position else { throw error }
            let place = body.offset(of: position)
            throw body.mistake(error.name, error.title, at: place..<body.endOfWord(at: place), details: error.details, hint: error.hint)
        }
    }

    private func description(in body: CellBody) throws -> ModelDescription {
        do throws(DescriptionError) {
            return try ModelDescription(parsing: body.text)
        } catch {
            let place = body.offset(of: error.position)
            throw body.mistake(
                "InvalidLayers", error.message, at: place..<place + error.length, hint: "`%%build?` lists the layers and their arguments")
        }
    }

    private func show(_ model: Model, _ cell: CellContext) {
        let rows = model.summary.map { layer in
            [
                layer.name, (layer.head.map { "\($0): " } ?? "") + layer.call, "(N, \(layer.outputShape.map(String.init).joined(separator: ", ")))",
                Number.grouped(layer.parameterCount),
            ]
        }
        cell.out.display(
            TableView(
                title: "\(recipe ?? "Model"): \(Number.grouped(model.parameterCount)) parameters",
                headers: ["name", "layer", "output", "parameters"],
                rows: rows + [["", "", "total", Number.grouped(model.parameterCount)]], alignments: [.left, .left, .left, .right]
            ).bundle)
    }
}
