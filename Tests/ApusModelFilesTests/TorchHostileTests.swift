import ApusModelFiles
import ApusZip
import Testing

/// Hand-made archives around hand-made pickles.
@Suite("hostile PyTorch files") struct TorchHostileTests {
    /// An archive with the pickle `program` and one storage of 16 bytes.
    private func read(_ program: [UInt8], _ more: [(String, [UInt8])] = []) throws -> TorchFile {
        var bytes: [UInt8] = []
        var writer = ZipWriter<Never> { bytes.append(contentsOf: $0) }
        writer.add("a/data.pkl", [0x80, 2] + program + [0x2E])
        writer.add("a/data/0", [UInt8](repeating: 1, count: 16))
        for (name, content) in more { writer.add(name, content) }
        writer.finish()
        return try TorchFile(bytes: bytes)
    }

    private func text(_ text: String) -> [UInt8] { [0x58, UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8) }
    private func int(_ value: Int) -> [UInt8] { [0x8A, 8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    /// `_rebuild_tensor_v2(storage '0' of floats, offset, shape, strides, False, {})`.
    private func tensor(offset: Int = 0, shape: [Int], strides: [Int], key: String = "0") -> [UInt8] {
        let reference = [0x28] + text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text(key) + text("cpu") + int(4) + [0x74, 0x51]
        func tuple(_ values: [Int]) -> [UInt8] { [0x28] + values.flatMap(int) + [0x74] }
        return Array("ctorch._utils\n_rebuild_tensor_v2\n".utf8) + [0x28] + reference + int(offset) + tuple(shape) + tuple(strides) + [0x89, 0x7D]
            + [0x74, 0x52]
    }

    @Test func `the hand-made tensor is sound`() throws {
        guard case .tensor(let tensor) = try read(tensor(shape: [2, 2], strides: [2, 1])).root else { return #expect(Bool(false)) }
        #expect(tensor.array.values.count == 4)
    }

    @Test(arguments: [
        ([5], [1], 0, "ends at element 4"), ([2, 2], [2, 1], 1, "ends at element 4"), ([1 << 40], [0], 0, "repeats too few values"),
        ([1 << 62, 1 << 62], [1, 1], 0, "overflows"), ([-1], [1], 0, "has the shape"), ([2], [-1], 0, "has the shape"),
        ([1], [1], -4, "has the shape"),
        ([2], [], 0, "has the shape"), ([2], [Int.max], 1, "overflows"),
    ])
    func `shapes are checked against the storage`(shape: [Int], strides: [Int], offset: Int, reason: String) throws {
        let error = try #require(throws: ModelFileError.self) { try read(tensor(offset: offset, shape: shape, strides: strides)) }
        #expect(error.code == .damaged && error.message.contains(reason), "\(error)")
    }

    @Test func `a missing storage, and names that look like paths, are refused`() {
        for key in ["1", "../../etc/passwd", "/etc/passwd"] {
            #expect { try read(tensor(shape: [1], strides: [1], key: key)) } throws: { "\($0)".contains("there is no storage") }
        }
    }

    @Test func `containers that hold themselves or double end in an error`() {
        // A list that holds itself.
        #expect(throws: ModelFileError.self) { try read([0x5D, 0x71, 0, 0x68, 0, 0x61]) }
        // Thirty tuples, each of twice the one before: 2^30 values in some hundred bytes.
        var doubling: [UInt8] = [0x4E, 0x71, 0]
        for level in 0..<30 as Range<UInt8> { doubling += [0x68, level, 0x68, level, 0x86, 0x71, level + 1] }
        #expect { try read(doubling) } throws: { "\($0)".contains("more values than any checkpoint") }
    }

    @Test func `other archives and two pickles are refused`() throws {
        #expect { try read([0x4E], [("b/data.pkl", [0x80, 2, 0x4E, 0x2E])]) } throws: { "\($0)".contains("not written by torch.save") }
        #expect { try read([0x4E], [("a/extra/apus.json", Array("[1]".utf8))]) } throws: { "\($0)".contains("description of the layers") }
    }

    @Test func `a damaged storage is noticed by its checksum`() throws {
        var bytes: [UInt8] = []
        var writer = ZipWriter<Never> { bytes.append(contentsOf: $0) }
        writer.add("a/data.pkl", [0x80, 2] + tensor(shape: [4], strides: [1]) + [0x2E])
        writer.add("a/data/0", Array("sixteen bytes!!!".utf8))
        writer.finish()
        let place = try #require(bytes.firstRange(of: Array("sixteen".utf8))).lowerBound
        bytes[place] ^= 1
        #expect { try TorchFile(bytes: bytes) } throws: { "\($0)".contains("checksum of storage '0'") }
    }
}
