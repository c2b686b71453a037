import ApusNN

extension Model {
    /// Builds the model that a file describes.
    ///
    /// - Parameter available: values that the file holds; a description that needs more is refused before memory is taken for it.
    convenience init(layersInFile layers: ModelLayers, available: Int, seed: UInt64) throws(ModelFileError) {
        do {
            let description = try ModelDescription(parsing: layers.body)
            try Self.requireValues(for: description, inputShape: layers.inputShape, available: available)
            try self.init(description, inputShape: layers.inputShape, seed: seed)
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw Self.unbuildable("\(error)")
        }
    }

    private static func requireValues(
        for description: ModelDescription, inputShape: [Int], available: Int
    ) throws(ModelFileError) {
        var needed = 0
        func add(_ layers: [any Layer], to shape: [Int]) throws(ModelFileError) -> [Int] {
            var shape = shape
            for layer in layers {
                let input = shape
                // First, because a layer's parameters are defined for a shape that it takes only.
                do { shape = try layer.outputShape(for: input) } catch { throw unbuildable(error.description) }
                // Sizes are at most 2^20 here, so no product of two overflows.
                needed += layer.parameters(for: input).reduce(0) { $0 + $1.shape.reduce(1, *) }
                guard needed <= available else { throw unbuildable("they need more values than the \(available) that the file holds") }
            }
            return shape
        }
        guard !inputShape.isEmpty, inputShape.allSatisfy({ (1...1 << 20).contains($0) }) else {
            throw unbuildable("the shape of the input is \(inputShape)")
        }
        var shape = inputShape
        for element in description.elements {
            switch element.kind {
            case .layer(let layer): shape = try add([layer], to: shape)
            case .head(let head): _ = try add(head.layers, to: shape)
            }
        }
    }

    private static func unbuildable(_ reason: String) -> ModelFileError {
        ModelFileError(.damaged, "the layers in the file cannot be built: \(reason)", hint: "Write the model again.")
    }
}
