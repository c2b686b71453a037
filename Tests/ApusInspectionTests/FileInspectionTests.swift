import ApusData
import ApusInspection
import ApusJSON
import ApusModelFiles
import ApusNN
import ApusTabular
import ApusTraining
import TestSupport
import Testing

@Suite struct FileInspectionTests {
    private let folder: TemporaryFolder
    private let model: Model

    init() throws {
        folder = try TemporaryFolder()
        model = try Model(inputShape: [4, 3], seed: 1) {
            LSTM(5)
            Head("y", loss: .meanSquaredError) { Dense(2) }
        }
    }

    private func report(_ name: String) throws -> FileReport { try FileInspection.report(on: folder.file(name)) }

    @Test(arguments: ["h5", "keras", "safetensors", "pth"]) func `a model shows its layers and parameters`(ending: String) throws {
        try ModelFile.write(model, to: folder.file("m.\(ending)"))
        let report = try report("m.\(ending)")
        #expect(report.layers.reduce(0) { $0 + $1.parameterCount } == 192)
        #expect(report.layers.map(\.name).suffix(2) == ["lstm", "y"])
        #expect(report.layers.last?.outputShape == [2])
        #expect(report.arrays.allSatisfy { $0.elementType == "float32" } && report.arrays.count == (ending == "pth" ? 6 : 5))
        let text = report.text(path: "m")
        #expect(text.contains("192 parameters") && text.contains("LSTM"), "\(text)")
        #expect(report.json["layers"]?.array?.last?["parameters"] == 12)
    }

    @Test func `an ONNX file shows its operators, inputs and constants`() throws {
        try ModelFile.write(model, to: folder.file("m.onnx"))
        let report = try report("m.onnx")
        #expect(report.kind == "ONNX model" && report.version == "IR 8")
        #expect(report.metadata["operator_sets"] == ["ai.onnx": 17] && report.metadata["inputs"] == ["input"] && report.metadata["outputs"] == ["y"])
        #expect(report.metadata["operators"]?["LSTM"] == 1 && report.metadata["input_shape"] == "4,3")
        #expect(report.arrays.contains { $0.name == "lstm/W" && $0.shape == [1, 20, 3] && $0.elementType == "float32" })
        #expect(report.arrays.contains { $0.elementType == "int64" && $0.shape == [1] })
    }

    @Test func `arrays show type, shape and order`() throws {
        try NumPyArray.save([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2], to: folder.file("a.npy"))
        try NumPyArchive.save([.init("x", [1] as [Int16], shape: []), .init("y", [Bool](), shape: [0, 7])], to: folder.file("a.npz"))
        #expect(try report("a.npy").text(path: "a.npy").contains("array  float32  (3, 2)"))
        #expect(try report("a.npz").arrays.map(\.shape) == [[], [0, 7]])
    }

    @Test func `tables show their columns, rows, writer and compression`() throws {
        try Table([.init("time", .timestamps([0, 1])), .init("p", .numbers([0.5, 1])), .init("label", .text(["a", "b"]))])
            .saveParquet(to: folder.file("t.parquet"))
        let report = try report("t.parquet")
        #expect(report.kind == "table (Parquet)" && report.metadata["rows"] == 2 && report.metadata["writer"] == "apus")
        #expect(report.metadata["compression"] == "none" && report.metadata["row_groups"] == 1)
        #expect(report.arrays.map(\.elementType) == ["INT64 timestamp[ms]", "DOUBLE", "BYTE_ARRAY text"])
        #expect(report.text(path: "t").contains("label  BYTE_ARRAY text      (2,)"))
        try folder.write("FEA1".utf8, to: "old.feather")
        let error = try #require(throws: DataError.self) { try self.report("old.feather") }
        #expect(error.message.contains("version 1") && error.source == folder.file("old.feather"))
    }

    @Test func `scalers, candles, notebooks and checkpoints are told`() throws {
        try StandardScaler.fit([1, 2, 3, 5], featureNames: ["a", "b"]).savePickle(to: folder.file("s.pkl"))
        #expect(try report("s.pkl").metadata["feature_names"] == ["a", "b"])
        try folder.write("time,open,high,low,close,volume\n2024-01-01,1,2,1,2,5\n2024-01-02,1,2,1,2,5\n".utf8, to: "c.csv")
        #expect(try report("c.csv").metadata["last"] == "2024-01-02T00:00:00Z" && report("c.csv").metadata["candles"] == 2)
        try folder.write(#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}"#.utf8, to: "n.ipynb")
        #expect(try report("n.ipynb").version == "4.5" && report("n.ipynb").metadata["cells"] == 0)
        try folder.write(#"[1, 2]"#.utf8, to: "list.json")
        #expect(try report("list.json").metadata["elements"] == 2)
        var container = CheckpointContainer()
        container.append("info", Array(#"{"epoch": 3}"#.utf8))
        container.append("weights", [1, 2, 3, 4])
        try folder.write(container.encoded(), to: "run.ckpt")
        #expect(try report("run.ckpt").metadata["epoch"] == 3 && report("run.ckpt").metadata["section weights"] == "4 bytes")
    }

    @Test func `plain values of a checkpoint keep their place`() throws {
        let tensor = TorchValue.tensor(TorchTensor(WeightArray(shape: [2], values: [1, 2])))
        let root = TorchValue.dictionary([
            .init("epoch", .int(3)), .init("columns", .list([.text("a"), .none])), .init("mixed", .list([.bool(true), tensor])),
            .init("state", .dictionary([.init("w", tensor)])),
        ])
        try TorchFile(root: root).write(to: folder.file("c.pt"))
        let report = try report("c.pt")
        #expect(report.metadata["epoch"] == 3 && report.metadata["columns"] == ["a", nil] && report.metadata["mixed.0"] == true)
        #expect(report.arrays.map(\.name) == ["mixed.1", "state.w"])
    }

    @Test(arguments: [
        ("empty", "", "the file is empty"), ("noise.bin", "\u{1}\u{2}noise", "none of the kinds"), ("zip.zip", "PK\u{5}\u{6}", "truncated"),
        ("bad.json", "{\"a\": ", "begins like JSON"), ("bad.csv", "a,b\n1,2\n", "no '"), ("bad.ckpt", "APUSCKPT", "cannot be used"),
        ("bad.ipynb", "{\"nbformat\": 3}", "bad.ipynb: "), ("bad.npy", "", "the file is empty"),
    ])
    func `what cannot be told ends in one line with the path`(name: String, content: String, reason: String) throws {
        try folder.write(content.utf8, to: name)
        let error = try #require(throws: (any Error).self) { try report(name) }
        #expect("\(error)".contains(reason) && "\(error)".contains(name) && !"\(error)".contains("\n"), "\(error)")
    }

    @Test func `a missing file is named`() {
        #expect { try report("missing") } throws: { "\($0)".contains("missing") }
    }

    @Test func `names that would act on a terminal are shown harmlessly`() throws {
        let file = SafetensorsFile(
            tensors: [.init("a\u{1B}[31m\n", WeightArray(shape: [], values: [1]))], metadata: [("k\u{7}", "v\u{9B}0m\u{202E}")])
        try file.write(to: folder.file("h.safetensors"))
        let text = try report("h.safetensors").text(path: "h")
        #expect(
            !text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" || $0 == "\u{202E}" } && text.contains("a?[31m?"),
            "\(text)")
    }
}
