import ApusModelFiles
import ApusNN
import TestSupport
import Testing

@Suite("PyTorch files that we write") struct TorchWritingTests {
    @Test func `a model comes back with its layers and weights, bit for bit`() throws {
        let folder = try TemporaryFolder()
        for (model, _) in try SampleModels.allKinds() {
            let path = folder.file("model.pth")
            try TorchFile.write(model, to: path)
            let back = try TorchFile(reading: path).makeModel()
            #expect(back.declaration == model.declaration && back.inputShape == model.inputShape)
            #expect(back.weights() == model.weights())
            #expect(try ModelFileKind.detect(path) == .zip)
        }
    }

    @Test func `plain values and containers come back`() throws {
        let root = TorchValue.dictionary([
            .init("epoch", .int(3)), .init("big", .int(1 << 40)), .init("loss", .double(0.5)),
            .init("names", .list([.text("ü"), .none, .bool(true)])),
            .init("state", .dictionary([.init("w", .tensor(TorchTensor(WeightArray(shape: [2, 0], values: []))))])),
        ])
        let back = try TorchFile(bytes: try TorchFile(root: root).encoded()).root
        guard case .int(3)? = back["epoch"], case .int(1 << 40)? = back["big"], case .double(0.5)? = back["loss"],
            case .list(let names)? = back["names"], case .text("ü") = names[0], case .none = names[1], case .bool(true) = names[2]
        else { return #expect(Bool(false), "\(back)") }
        #expect(back["state"]?.tensors.first?.tensor.shape == [2, 0])
    }

    @Test func `what has no form there is refused`() throws {
        #expect { try TorchFile(root: .other("torch.device")).encoded() } throws: { "\($0)".contains("torch.device") }
        let model = try Model(inputShape: [3], seed: 1) { Head("a.b", loss: .meanSquaredError) { Dense(1) } }
        #expect { try TorchFile(model) } throws: { "\($0)".contains("'a.b'") }
    }
}
