import ApusModelFiles
import ApusNN

/// A model that Keras saved as HDF5.
enum KerasFile: FileKind {
    static func recognises(_ head: [UInt8]) -> Bool { ModelFileKind.detect(head: head) == .hdf5 }

    static func report(on path: String) throws -> FileReport {
        let file = try KerasModelFile(reading: path)
        var report = FileReport("Keras model (HDF5)")
        report.add("name", file.graph.name)
        report.add("parameters", "\(file.parameterCount)")
        report.add("outputs", file.graph.outputs.joined(separator: ", "))
        report.add("trained with", file.training.map { "\($0.json.text().prefix(300))" })
        let shapes = try file.graph.outputShapes()
        report.add(
            table: "layers", ["name", "output", "weights"],
            try file.graph.orderedLayers().map { layer in
                let output = shapes[layer.name].map { "(" + (["N"] + $0.map { $0.map(String.init) ?? "T" }).joined(separator: ", ") + ")" } ?? ""
                return [layer.name, output, (file.weights[layer.name] ?? []).map { shapeText($0.shape) }.joined(separator: " ")]
            })
        return report
    }
}
