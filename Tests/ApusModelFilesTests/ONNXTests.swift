import ApusModelFiles
import ApusNN
import TestSupport
import Testing

/// What the files compute is judged by ONNX Runtime (Tests/Tools/test_convert.py).
@Suite struct ONNXTests {
    private func bytes(_ model: Model) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try ONNXFile.write(model, to: folder.file("m.onnx"))
        #expect(try ModelFileKind.detect(folder.file("m.onnx")) == .onnx)
        return try folder.read("m.onnx")
    }

    @Test func `every layer has its nodes, and every parameter its constant`() throws {
        for (model, name) in try SampleModels.allKinds() {
            let contents = try ONNXFile.contents(of: try bytes(model))
            #expect(contents.outputs == model.heads.map(\.name) && contents.inputs == ["input"], "\(name)")
            let dropouts = model.nodes.count { $0.layer is Dropout }
            #expect(contents.operators.first { $0.type == "Identity" }?.count ?? 0 >= dropouts)
            // An LSTM gets a second bias of zeros.
            let secondBiases = model.nodes.reduce(0) { $0 + (($1.layer as? LSTM)?.units ?? 0) * 4 }
            let trained = contents.constants.filter { $0.elementType == 1 && $0.name != "positional_encoding/table" && !$0.shape.isEmpty }
            #expect(trained.reduce(0) { $0 + $1.shape.reduce(1, *) } == model.parameterCount + secondBiases, "\(name)")
        }
    }

    @Test func `a head called like the input leaves the input another name`() throws {
        let model = try Model(inputShape: [3], seed: 1) { Head("input", loss: .meanSquaredError) { Dense(1) } }
        let contents = try ONNXFile.contents(of: try bytes(model))
        #expect(contents.inputs == ["input_"] && contents.outputs == ["input"])
    }

    @Test func `equal models make equal files`() throws {
        let model = try #require(try SampleModels.allKinds().first).model
        #expect(try bytes(model) == bytes(model.copy()))
    }

    @Test func `a file cut anywhere or damaged ends in an error or in contents`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let whole = try bytes(try #require(try SampleModels.allKinds().last).model)
        for length in 0..<whole.count { _ = try? ONNXFile.contents(of: Array(whole[..<length])) }
        #expect(throws: ModelFileError.self) { try ONNXFile.contents(of: Array(whole[..<(whole.count / 2)])) }
        #expect(throws: ModelFileError.self) { try ONNXFile.contents(of: []) }
        for _ in 0..<2000 {
            var damaged = whole
            damaged[Int.random(in: whole.indices, using: &random)] = .random(in: .min ... .max, using: &random)
            if let contents = try? ONNXFile.contents(of: damaged) { #expect(contents.irVersion > 0, "seed \(seed)") }
        }
        // A length of 2^64 - 1, and a number without end.
        #expect(throws: ModelFileError.self) { try ONNXFile.contents(of: [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1]) }
        #expect(throws: ModelFileError.self) { try ONNXFile.contents(of: [0x08] + [UInt8](repeating: 0x80, count: 20)) }
    }
}
