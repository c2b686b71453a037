import ApusModelFiles
import ApusNN
import TestSupport
import Testing

@Suite struct ModelFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: ["h5", "keras", "safetensors", "pth", "pt"]) func `a format is written by its ending and read by its content`(ending: String)
        throws
    {
        let model = try #require(try SampleModels.allKinds().first { $0.name == "recurrent" }).model
        try ModelFile.write(model, to: folder.file("m.\(ending.uppercased())"))
        #expect(try ModelFile.read(folder.file("m.\(ending.uppercased())")).weights() == model.weights())
    }

    @Test func `layers are taken where the file has none, and refused where it has`() throws {
        let model = try #require(try SampleModels.allKinds().first).model
        let layers = ModelLayers(body: model.declaration.body, inputShape: model.inputShape)
        try SafetensorsFile(tensors: SafetensorsFile(model).tensors).write(to: folder.file("m.safetensors"))
        #expect { try ModelFile.read(folder.file("m.safetensors")) } throws: { "\($0)".contains("--layers") }
        #expect(try ModelFile.read(folder.file("m.safetensors"), layers: layers).weights() == model.weights())
        for ending in ["h5", "keras"] {
            try ModelFile.write(model, to: folder.file("m.\(ending)"))
            #expect { try ModelFile.read(folder.file("m.\(ending)"), layers: layers) } throws: { "\($0)".contains("tells its layers itself") }
        }
    }

    @Test func `other files are refused by what they are`() throws {
        func message(_ name: String) -> String {
            do {
                _ = try ModelFile.read(folder.file(name))
                return ""
            } catch { return error.description }
        }
        let model = try #require(try SampleModels.allKinds().first).model
        try ModelFile.write(model, to: folder.file("m.onnx"))
        #expect(message("m.onnx").contains("written, not read"))
        try folder.write("text".utf8, to: "t")
        #expect(message("t").contains("not a model but unknown"))
        try folder.write([0x80, 2, 0x4E, 0x2E], to: "p")
        #expect(message("p").contains("before PyTorch 1.6"))
        #expect(message("missing").contains("cannot be read"))
        #expect { try ModelFile.write(model, to: folder.file("m.txt")) } throws: { "\($0)".contains("Use one of .h5, .keras") }
        #expect(Set(folder.names) == ["m.onnx", "t", "p"])
    }
}
