import ApusJSON
import ApusModelFiles
import Testing

@Suite struct `Keras's order of layers` {
    @Test func `random graphs have the order that Keras gives them`() throws {
        let cases = try JSON(parsing: try Fixtures.bytes("layer_orders.json")).array!
        #expect(cases.count == 40)
        for example in cases {
            let layers = example["layers"]!.array!.map { layer in
                let name = layer[0]!.string!
                let inbound = layer[1]!.string
                return KerasLayer(name, inbound == nil ? .input(shape: [3]) : .dense(units: 3, activation: .linear), inbound: inbound)
            }
            let graph = KerasGraph(layers: layers, outputs: example["outputs"]!.array!.map { $0.string! })
            #expect(try graph.orderedLayers().map(\.name) == example["order"]!.array!.map { $0.string! })
        }
    }

    @Test func `the two-headed LSTM's order is the one Keras has for the published model`() throws {
        #expect(
            try SampleModels.twoHeads.orderedLayers().map(\.name) == [
                "input", "lstm", "dropout", "lstm_1", "dropout_1", "dense_1", "dense", "dropout_3", "dropout_2", "dense_2", "direction", "bars",
            ])
    }

    @Test(arguments: [
        (["in": nil, "a": "b", "b": "a"], ["a"], "its own input"),
        (["in": nil, "a": "nowhere"], ["a"], "no layer 'nowhere'"),
        (["in": nil, "a": "in", "b": "in"], ["a"], "'b' leads to no output"),
        (["in": nil, "a": "in"], [], "outputs is empty"),
        (["in": nil, "a": "in"], ["a", "a"], "repeats one"),
        (["in": nil, "in2": nil, "a": "in"], ["a", "in2"], "2 inputs"),
        (["in": nil, "a/b": "in"], ["a/b"], "cannot be the name"),
    ])
    func `a graph that cannot be is refused`(layers: [String: String?], outputs: [String], reason: String) {
        let layers = layers.sorted { $0.key < $1.key }.map {
            KerasLayer($0.key, $0.value == nil ? .input(shape: [2]) : .dense(units: 2, activation: .relu), inbound: $0.value)
        }
        let error = #expect(throws: ModelFileError.self) { try KerasGraph(layers: layers, outputs: outputs).orderedLayers() }
        #expect(error?.message.contains(reason) == true, "\(error as Any)")
    }

    @Test func `a chain of a hundred thousand layers does not exhaust the stack`() throws {
        var layers = [KerasLayer("0", .input(shape: [1]), inbound: nil)]
        for index in 1..<100_000 { layers.append(KerasLayer("\(index)", .dropout(rate: 0), inbound: "\(index - 1)")) }
        #expect(try KerasGraph(layers: layers, outputs: ["99999"]).orderedLayers().count == 100_000)
    }
}
