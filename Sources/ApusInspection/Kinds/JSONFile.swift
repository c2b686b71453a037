import ApusJSON
import ApusModelFiles
import ApusSystem
import NotebookFormat

/// A notebook, the configuration of a published model, or other JSON.
enum JSONFile: FileKind {
    static func recognises(_ head: [UInt8]) -> Bool { ModelFileKind.detect(head: head) == .json }

    static func report(on path: String) throws -> FileReport {
        let json = try JSON(parsing: String(decoding: try FileSystem.read(path), as: UTF8.self))
        if json["nbformat"] != nil { return notebook(try Notebook(json: json)) }
        if json["model_config"] != nil, let configuration = try? ModelConfiguration(json: json) { return model(configuration) }
        var report = FileReport("JSON")
        switch json {
        case .object(let object):
            report.add(table: "members", ["name", "value"], object.map { [$0.key, summary($0.value)] })
        case .array(let values): report.add("items", "\(values.count)")
        default: break
        }
        return report
    }

    private static func notebook(_ notebook: Notebook) -> FileReport {
        var report = FileReport("Jupyter notebook, format 4.\(notebook.minorVersion)")
        report.add("kernel", notebook.kernelName)
        report.add("language", notebook.language)
        let code = notebook.cells.filter { $0.kind == .code }
        report.add("cells", "\(notebook.cells.count), of which \(code.count) code")
        report.add("outputs", "\(code.reduce(0) { $0 + $1.outputs.count })")
        report.add(
            table: "code", ["cell", "begins with"],
            code.enumerated().map { ["\($0 + 1)", String($1.source.split(separator: "\n").first ?? "")] })
        return report
    }

    private static func model(_ configuration: ModelConfiguration) -> FileReport {
        var report = FileReport("configuration of a published model")
        let metadata = configuration.metadata
        report.add("market", "\(metadata.symbol) \(metadata.timeframe)")
        report.add("input", "\(metadata.sequenceLength) steps of \(metadata.numFeatures) features")
        report.add("classes", "\(metadata.numClasses)")
        report.add("trained", "\(configuration.training.trainingDate), \(configuration.training.epochsTrained) epochs")
        report.add("accuracy", configuration.classification.map { "\($0.accuracy)" })
        report.add("RMSE", configuration.regression.map { "\($0.rmse)" })
        report.add("features", configuration.featureNames.joined(separator: ", "))
        return report
    }

    private static func summary(_ value: JSON) -> String {
        switch value {
        case .object(let object): "object of \(object.count)"
        case .array(let values): "list of \(values.count)"
        default: String(value.text().prefix(80))
        }
    }
}
