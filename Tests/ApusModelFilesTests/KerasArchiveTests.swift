import ApusModelFiles
import ApusNN
import ApusTensor
import ApusZip
import TestSupport
import Testing

/// The `.keras` format; the fixtures are those of Tests/References/files_keras_archive.py.
@Suite struct KerasArchiveTests {
    @Test(arguments: [("recurrent", 2), ("dense", 1)]) func `what Keras saved gives its outputs`(name: String, outputs: Int) throws {
        let model = try KerasArchive.read(Fixtures.path("\(name).keras")).makeModel()
        let x = try NpyArray(reading: Fixtures.path("\(name)_keras.x.npy"))
        let ours = try model.predict(Tensor(shape: x.shape, x.values))
        #expect(ours.count == outputs)
        for (index, output) in ours.enumerated() {
            let theirs = try NpyArray(reading: Fixtures.path("\(name)_keras.y\(index).npy")).values
            #expect(output.withUnsafeBufferPointer { zip($0, theirs).allSatisfy { abs($0 - $1) < 2e-6 } })
        }
    }

    @Test func `the way of training is read`() throws {
        let training = try #require(try KerasArchive.read(Fixtures.path("recurrent.keras")).training)
        #expect(training.outputs.map(\.loss) == ["categorical_crossentropy", "mean_squared_error"])
        #expect(training.outputs.map(\.lossWeight) == [1, 0.25])
        #expect(try KerasArchive.read(Fixtures.path("dense.keras")).training == nil)
    }

    @Test func `what is written is read back`() throws {
        let folder = try TemporaryFolder()
        for (model, name) in try SampleModels.allKinds() where name != "transformer" {
            let file = try KerasModelFile(model)
            try KerasArchive.write(file, to: folder.file("model.keras"))
            let back = try KerasArchive.read(folder.file("model.keras"))
            #expect(back.weights == file.weights.filter { !$0.value.isEmpty }, "\(name)")
            #expect(back.training?.outputs.map(\.loss) == file.training?.outputs.map(\.loss))
            #expect(back.training?.outputs.map(\.lossWeight) == file.training?.outputs.map(\.lossWeight))
            #expect(folder.names == ["model.keras"])
        }
    }

    @Test func `layers without a counterpart are named`() throws {
        let folder = try TemporaryFolder()
        let model = try #require(try SampleModels.allKinds().first { $0.name == "transformer" }).model
        #expect { try KerasArchive.write(model, to: folder.file("model.keras")) } throws: { "\($0)".contains("positional_encoding") }
        #expect(folder.names.isEmpty)
    }

    @Test func `other archives, and damaged parts, are refused with the path`() throws {
        let folder = try TemporaryFolder()
        func write(_ members: [(String, [UInt8])]) throws -> String {
            var bytes: [UInt8] = []
            var writer = ZipWriter<Never> { bytes.append(contentsOf: $0) }
            for (name, content) in members { writer.add(name, content) }
            writer.finish()
            return try folder.write(bytes, to: "a.keras")
        }
        func message(_ members: [(String, [UInt8])]) throws -> String {
            let path = try write(members)
            let error = try #require(throws: ModelFileError.self) { try KerasArchive.read(path) }
            #expect(error.path == path)
            return error.message
        }
        #expect(try message([("config.json", [])]).contains("is no .keras file"))
        #expect(try message([("config.json", Array("{}".utf8)), ("model.weights.h5", Array("x".utf8))]).contains("not an HDF5 file"))
        let weights = try Fixtures.bytes("two_heads.h5")
        #expect(try message([("config.json", Array("{".utf8)), ("model.weights.h5", weights)]).contains("config.json is"))
        #expect(try message([("config.json", Array("{}".utf8)), ("model.weights.h5", weights)]).contains("no list of layers"))
    }

    @Test func `an archive cut anywhere or damaged ends in an error or in a model`() throws {
        let folder = try TemporaryFolder()
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try Fixtures.bytes("dense.keras")
        for length in stride(from: 0, to: bytes.count, by: 997) {
            let path = try folder.write(bytes[..<length], to: "cut.keras")
            #expect(throws: ModelFileError.self, "\(length) bytes") { try KerasArchive.read(path) }
        }
        for _ in 0..<100 {
            var damaged = bytes
            damaged[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
            let path = try folder.write(damaged, to: "damaged.keras")
            if let file = try? KerasArchive.read(path) { #expect(file.parameterCount == 34, "seed \(seed)") }
        }
    }
}
