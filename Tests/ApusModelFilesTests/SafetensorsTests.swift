import ApusModelFiles
import ApusNN
import TestSupport
import Testing

@Suite("safetensors files") struct SafetensorsTests {
    static let sample = SafetensorsFile(
        tensors: [
            .init("a", WeightArray(shape: [2, 3], values: [1, -2, 3.5, 0, .infinity, 1e-30])),
            .init("empty", WeightArray(shape: [0, 4], values: [])),
            .init("scalar", WeightArray(shape: [], values: [7])),
        ], metadata: [("format", "test"), ("note", "ü")])

    @Test func `what was written is read back bit for bit`() throws {
        let folder = try TemporaryFolder()
        try Self.sample.write(to: folder.file("model.safetensors"))
        #expect(try SafetensorsFile(reading: folder.file("model.safetensors")) == Self.sample)
        #expect(try ModelFileKind.detect(folder.file("model.safetensors")) == .safetensors)
        let bytes = try Self.sample.encoded()
        #expect((8 + Int(bytes[0])) % 8 == 0)
    }

    @Test func `what Python saved is read`() throws {
        let file = try SafetensorsFile(reading: Fixtures.path("python.safetensors"))
        #expect(file.tensors.count == 5 && file.metadata("note") == "written by Python")
        #expect(file["lstm/kernel"] == WeightArray(shape: [3, 4], values: (0..<12).map { Float($0) / 8 }))
        #expect(file["half"]?.values == [1, -0.5, 65504])
        #expect(file["double"] == WeightArray(shape: [2, 1], values: [1e-3, -7]))
        #expect(file["scalar"] == WeightArray(shape: [], values: [2.5]))
        #expect(file["empty"] == WeightArray(shape: [2, 0], values: []))
    }

    @Test func `a model comes back with its layers and weights`() throws {
        let folder = try TemporaryFolder()
        let model = try SampleModels.engineModel(seed: 40)
        try SafetensorsFile.write(model, to: folder.file("model.safetensors"))
        let back = try SafetensorsFile.read(folder.file("model.safetensors"))
        #expect(back.declaration == model.declaration && back.inputShape == model.inputShape)
        #expect(back.weights() == model.weights())
    }

    @Test func `arrays of another model change nothing`() throws {
        let model = try SampleModels.engineModel(seed: 41)
        let before = model.weights()
        var file = SafetensorsFile(model)
        file.tensors[3] = .init(file.tensors[3].name, WeightArray(shape: [1], values: [0]))
        let shape = #expect(throws: ModelFileError.self) { try file.load(into: model) }
        #expect(shape?.message.contains("[1] in the file") == true)
        file.tensors.remove(at: 3)
        let missing = #expect(throws: ModelFileError.self) { try file.load(into: model) }
        #expect(missing?.message.contains("no array") == true)
        #expect(model.weights() == before)
    }

    @Test(arguments: [
        ("30,13", "LSTM(65536, returnsSequences: true)\nLSTM(65536)\nHead(\"y\", loss: .meanSquaredError) { Dense(1) }", "more values than"),
        ("1048576,1048576", "LSTM(65536)\nHead(\"y\", loss: .meanSquaredError) { Dense(1) }", "more values than"),
        ("99999999999999999999", "Head(\"y\", loss: .meanSquaredError) { Dense(1) }", "shape of the input is [0]"),
        ("", "Dense(1)", "shape of the input"),
        ("3", "LSTM(2)\nHead(\"y\", loss: .meanSquaredError) { Dense(1) }", "LSTM reads a sequence"), ("3", "Lstm(2)", "unknown layer Lstm"),
        ("30,13", "LSTM(9223372036854775807)", "cannot be built"), ("30,13", "LSTM(2)", "cannot be built"),
    ])
    func `layers that the file cannot fill are refused before memory is taken`(shape: String, layers: String, reason: String) {
        var file = Self.sample
        file.metadata = [("format", "apus"), ("input_shape", shape), ("layers", layers)]
        let error = #expect(throws: ModelFileError.self) { try file.makeModel() }
        #expect(error?.message.contains(reason) == true, "\(error as Any)")
    }

    @Test func `smaller and larger floats become Float32`() throws {
        let half: [UInt16] = [0x3C00, 0xC000, 0x0001, 0x8000, 0x7BFF, 0x7C00]
        let brain: [UInt16] = [0x3F80, 0xC000, 0x4049]
        let double: [Double] = [1.5, -0.1]
        let header =
            #"{"h":{"dtype":"F16","shape":[6],"data_offsets":[0,12]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[12,18]},"#
            + #""d":{"dtype":"F64","shape":[2,1],"data_offsets":[18,34]}}"#
        let data = half.flatMap(littleEndian) + brain.flatMap(littleEndian) + double.flatMap { littleEndian($0.bitPattern) }
        let file = try SafetensorsFile(bytes: framed(header, data))
        #expect(file["h"]?.values == [1, -2, 0x1p-24, -0.0, 65504, .infinity])
        #expect(file["h"]?.values[3].sign == .minus)
        #expect(file["b"]?.values == [1, -2, 3.140625])
        #expect(file["d"]?.values == [1.5, -0.1])
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "takes 12 bytes"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, "should begin at 0"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, "should begin at 8"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "end in the file"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "9 are there"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "overflows"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}"#, 0, "a shape that is none"),
        (#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,8]}}"#, 8, "type F8_E4M3"), (#"{"a":5}"#, 0, "no dtype"),
        ("[1]", 0, "not an object"),
        (#"{"__metadata__":{"x":1}}"#, 0, "not a text"), (#"{"a""#, 0, "header is invalid JSON"),
    ])
    func `a header that lies is refused`(header: String, dataSize: Int, reason: String) {
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(bytes: framed(header, [UInt8](repeating: 0, count: dataSize))) }
        #expect(error?.message.contains(reason) == true, "\(error as Any)")
    }

    @Test func `a file cut off anywhere is refused, and random bytes never crash`() throws {
        let whole = try Self.sample.encoded()
        for length in 0..<whole.count {
            #expect(throws: ModelFileError.self, "cut to \(length)") { try SafetensorsFile(bytes: Array(whole[..<length])) }
        }
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if (try? SafetensorsFile(bytes: bytes)) == nil { refused += 1 }
        }
        #expect(refused > 1000, "seed \(seed)")
    }

    @Test func `another kind of file is named`() {
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(reading: Fixtures.path("two_heads.h5")) }
        #expect(error?.code == .wrongKind && error?.message.contains("HDF5") == true)
    }

    private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    private func framed(_ header: String, _ data: [UInt8]) -> [UInt8] { littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data }
}
