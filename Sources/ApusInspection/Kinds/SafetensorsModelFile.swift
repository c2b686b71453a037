import ApusModelFiles

/// Named arrays in the format of Hugging Face.
enum SafetensorsModelFile: FileKind {
    static func recognises(_ head: [UInt8]) -> Bool { ModelFileKind.detect(head: head) == .safetensors }

    static func report(on path: String) throws -> FileReport {
        let file = try SafetensorsFile(reading: path)
        var report = FileReport("safetensors")
        report.add("arrays", "\(file.tensors.count)")
        report.add("parameters", "\(file.tensors.reduce(0) { $0 + $1.array.values.count })")
        for (key, value) in file.metadata { report.add("metadata: \(key)", value) }
        report.add(table: "arrays", ["name", "shape"], file.tensors.map { [$0.name, shapeText($0.array.shape)] })
        return report
    }
}
