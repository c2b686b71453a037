import ApusModelFiles
import ApusNN
import ApusTensor
import TestSupport
import Testing

/// Files that torch 2.13 wrote (Tests/References/files_pytorch.py).
@Suite("PyTorch files that PyTorch wrote") struct TorchReadingTests {
    private func file(_ name: String) throws -> TorchFile { try TorchFile(reading: Fixtures.path("pytorch/\(name)")) }

    static let recurrentLayers = """
        LSTM(5, returnsSequences: true)
        LSTM(5, returnsSequences: true)
        GRU(4)
        Head("y", loss: .meanSquaredError) { LayerNorm()
            Dense(2)
        }
        """
    static let transformerLayers = """
        Dense(8)
        TransformerEncoder(heads: 2, hidden: 16)
        TransformerEncoder(heads: 2, hidden: 16)
        GlobalAveragePooling()
        Head("y", loss: .meanSquaredError) { Dense(1) }
        """

    @Test(arguments: [
        ("recurrent.pth", "recurrent", recurrentLayers), ("checkpoint.pt", nil, recurrentLayers),
        ("transformer.pth", "transformer", transformerLayers),
    ])
    func `a state gives our layers the outputs of PyTorch's`(name: String, outputs: String?, layers: String) throws {
        let model = try file(name).makeModel(.init(body: layers, inputShape: [6, 3]))
        guard let outputs else { return }
        let x = try NpyArray(reading: Fixtures.path("pytorch/\(outputs).x.npy"))
        let y = try NpyArray(reading: Fixtures.path("pytorch/\(outputs).y.npy"))
        let ours = try model.predict(Tensor(shape: x.shape, x.values))[0].withUnsafeBufferPointer { Array($0) }
        #expect(zip(ours, y.values).allSatisfy { abs($0 - $1) < 2e-6 }, "\(ours) and \(y.values)")
    }

    @Test func `a checkpoint keeps its plain values`() throws {
        let root = try file("checkpoint.pt").root
        guard case .int(12)? = root["epoch"], case .int(64)? = root["window_size"], case .double(0.75)? = root["best_f1"],
            case .double(1.25)? = root["pos_weight"], case .none? = root["notes"], case .bool(true)? = root["scheduled"],
            case .list(let columns)? = root["feature_columns"], case .text("größe") = columns[1], case .list(let shape)? = root["shape"],
            case .int(14) = shape[1], case .other("torch.device")? = root["device"]
        else { return #expect(Bool(false), "\(root)") }
        #expect(try file("checkpoint.pt").state.map(\.name).contains("encoder.weight_ih_l1"))
        #expect(try file("checkpoint.pt").state.count == 16)
    }

    @Test(arguments: ElementType.allCases) func `every element type is read`(type: ElementType) throws {
        let tensor = try #require(try file("types.pth").state.first { $0.name == type.rawValue }).tensor
        #expect(tensor.elementType == type)
        #expect(tensor.array.values == (type == .bool ? [1, 0] : [0, 1, 2, 100]))
    }

    @Test func `views of a shared storage are read by their strides`() throws {
        let tensors = Dictionary(uniqueKeysWithValues: try file("types.pth").state.map { ($0.name, $0.tensor.array) })
        #expect(tensors["whole"] == WeightArray(shape: [4, 6], values: (0..<24).map { Float($0) }))
        #expect(tensors["columns"] == WeightArray(shape: [6, 4], values: (0..<24).map { Float($0 % 4 * 6 + $0 / 4) }))
        #expect(tensors["part"] == WeightArray(shape: [2, 2], values: [8, 10, 14, 16]))
        #expect(tensors["tail"] == WeightArray(shape: [4], values: [20, 21, 22, 23]))
        #expect(tensors["scalar"] == WeightArray(shape: [], values: [2.5]))
        #expect(tensors["empty"] == WeightArray(shape: [0, 3], values: []))
        #expect(tensors["repeated"] == WeightArray(shape: [3, 2], values: [7, 7, 7, 7, 7, 7]))
        #expect(tensors["parameter"] == WeightArray(shape: [1], values: [1.5]))
    }

    @Test func `a tensor alone is a root`() throws {
        guard case .tensor(let tensor) = try file("tensor.pt").root else { return #expect(Bool(false)) }
        #expect(tensor.shape == [24])
    }

    @Test(arguments: [
        ("hostile_system.pth", "asks for 'posix.system'"), ("refused_module.pth", "asks for '__main__.Recurrent'"),
        ("refused_legacy.pth", "before PyTorch 1.6"), ("refused_script.pt", "TorchScript"), ("refused_complex.pth", "ComplexFloatStorage"),
    ])
    func `what cannot be read is named, and nothing is run`(name: String, reason: String) throws {
        let error = try #require(throws: ModelFileError.self) { try file(name) }
        #expect(error.code == .unsupported && error.message.contains(reason), "\(error)")
    }

    @Test func `another model is refused by the array that does not fit`() throws {
        let state = try file("recurrent.pth")
        func message(_ layers: String) -> String {
            do {
                _ = try state.makeModel(.init(body: layers, inputShape: [6, 3]))
                return ""
            } catch { return error.description }
        }
        let layers = Self.recurrentLayers
        #expect(message(layers.replacing("GRU(4)", with: "GRU(3)")).contains("'cell.weight_ih_l0' has the shape [12, 5]"))
        #expect(message(layers.replacing("GRU(4)", with: "GRU(4, returnsSequences: true)\nGRU(4)")).contains("need more values than"))
        #expect(message(layers.replacing("LayerNorm()\n", with: "")).contains("has 16 tensors of layers, and the model needs 14"))
        #expect(message("Dense(5)\nDens(5)").contains("unknown layer Dens"))
        #expect(throws: ModelFileError.self) { try state.makeModel() }
    }

    @Test(arguments: ["recurrent.pth", "types.pth", "checkpoint.pt"]) func `a file cut anywhere is refused`(name: String) throws {
        let bytes = try Fixtures.bytes("pytorch/\(name)")
        for length in stride(from: 0, to: bytes.count, by: 13) {
            #expect(throws: ModelFileError.self, "\(length) bytes") { try TorchFile(bytes: Array(bytes[..<length])) }
        }
    }

    @Test(arguments: ["recurrent.pth", "types.pth", "checkpoint.pt"]) func `random damage never crashes`(name: String) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try Fixtures.bytes("pytorch/\(name)")
        for _ in 0..<1000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            guard let file = try? TorchFile(bytes: damaged) else { continue }
            for (_, tensor) in file.state { #expect(tensor.array.values.count == tensor.count, "seed \(seed)") }
        }
    }
}
