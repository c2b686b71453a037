import ApusJSON

/// The options of one layer in a `model_config`, taken one by one so that none is overlooked: what nobody asked for is refused by name.
struct KerasOptions {
    let layer: String
    let className: String
    private var options: JSONObject

    init(layer: String, className: String, options: JSONObject) {
        self.layer = layer
        self.className = className
        self.options = options
    }

    mutating func take(_ key: String) -> JSON? {
        defer { options[key] = nil }
        return options[key]
    }

    /// Takes options that change neither the outputs nor the training of a model whose weights are given.
    mutating func ignore(_ keys: String...) {
        for key in keys { options[key] = nil }
    }

    /// Takes options that Apus has only one value for. An absent option has that value.
    mutating func require(_ keys: String..., toBe values: JSON...) throws(ModelFileError) {
        for key in keys {
            guard let value = take(key), !values.contains(where: { $0 == value || ($0.double != nil && $0.double == value.double) }) else {
                continue
            }
            throw unsupported("\(key) = \(Self.shown(value))", hint: "Apus computes \(key) = \(Self.shown(values[0])) only.")
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(ModelFileError) -> Int {
        let value = take(key)
        guard let number = value?.int, range.contains(number) else { throw invalid(key, value, "a whole number from \(range.lowerBound)") }
        return number
    }

    mutating func bool(_ key: String, default fallback: Bool) throws(ModelFileError) -> Bool {
        guard let value = take(key) else { return fallback }
        guard let bool = value.bool else { throw invalid(key, value, "true or false") }
        return bool
    }

    mutating func rate(_ key: String) throws(ModelFileError) -> Double {
        let value = take(key)
        guard let rate = value?.double, rate >= 0, rate < 1 else { throw invalid(key, value, "a number from 0 below 1") }
        return rate
    }

    /// A name, as itself or as Keras 2 serialises a function: `{"class_name": "function", "config": "relu"}`.
    mutating func functionName(_ key: String, default fallback: String) throws(ModelFileError) -> String {
        guard let value = take(key), !value.isNull else { return fallback }
        guard let name = value.string ?? value["config"]?.string else { throw invalid(key, value, "the name of a function") }
        return name
    }

    mutating func activation(default fallback: KerasActivation) throws(ModelFileError) -> KerasActivation {
        let name = try functionName("activation", default: fallback.rawValue)
        guard let activation = KerasActivation(rawValue: name) else {
            let known = KerasActivation.allCases.map(\.rawValue).joined(separator: ", ")
            throw unsupported("activation = '\(name)'", hint: "Apus computes \(known).")
        }
        return activation
    }

    /// `"float32"`, or a policy of that name.
    mutating func requireFloat32() throws(ModelFileError) {
        guard let value = take("dtype"), !value.isNull else { return }
        let name = value.string ?? value["config"]?["name"]?.string
        guard name == "float32" else { throw unsupported("dtype = \(Self.shown(value))", hint: "Apus computes in float32.") }
    }

    /// Refuses what is left, except options that are switched off: later versions of Keras add such.
    func finish() throws(ModelFileError) {
        for (key, value) in options where !value.isNull && value != .bool(false) {
            throw unsupported("\(key) = \(Self.shown(value))", hint: "Save the model without this option.")
        }
    }

    func unsupported(_ what: String, hint: String) -> ModelFileError {
        ModelFileError(.unsupported, "layer '\(layer)' (\(className)) has \(what), which Apus does not compute", hint: hint)
    }

    private func invalid(_ key: String, _ value: JSON?, _ need: String) -> ModelFileError {
        .damagedModel("layer '\(layer)' (\(className)): \(key) is \(value.map(Self.shown) ?? "missing"), not \(need)")
    }

    private static func shown(_ value: JSON) -> String {
        let text = value.text()
        return text.count <= 60 ? text : text.prefix(60) + "…"
    }
}
