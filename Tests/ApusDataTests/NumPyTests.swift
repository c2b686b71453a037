import ApusData
import ApusJSON
import TestSupport
import Testing

@Suite struct NumPyTests {
    static let expected: [(name: String, value: JSON)] = try! Fixture.json("npy/expected.json").object!.map { ($0.key, $0.value) }

    @Test(arguments: expected.map(\.name)) func `arrays of every type, byte order and version read as NumPy wrote them`(name: String) throws {
        let expected = try #require(Self.expected.first { $0.name == name }).value
        let array = try NumPyArray(path: Fixture.path("npy/\(name).npy"))
        #expect(array.shape == expected["shape"]!.array!.map { $0.int! })
        #expect(array.doubles() == expected["values"]!.numbers)
        #expect(array.floats() == expected["values"]!.numbers.map { Float($0) })
        #expect(array.sharedFloats().array == array.floats())
        #expect(try NumPyArray(bytes: try Fixture.bytes("npy/\(name).npy")).doubles() == array.doubles())
    }

    @Test(
        arguments: [
            "vector", "little_f4", "little_f8", "scalar", "empty", "empty_middle", "little_b1", "little_i1", "little_i2", "little_i4", "little_i8",
            "little_u1", "little_u2", "little_u4", "little_u8",
        ])
    func `files are written byte for byte as NumPy does`(name: String) throws {
        let array = try NumPyArray(path: Fixture.path("npy/\(name).npy"))
        try withTemporaryFolder { folder in
            let writer = try NumPyWriter(path: "\(folder)/a.npy", elementType: array.elementType, shape: array.shape)
            switch array.elementType {
            case .float32: try writer.append(array.floats())
            case .float64: try writer.append(array.doubles())
            case .int32: try writer.append(try array.integers().map { Int32($0) })
            case .bool: try writer.append(try array.integers().map { $0 != 0 })
            case .int8: try writer.append(try array.integers().map { Int8($0) })
            case .int16: try writer.append(try array.integers().map { Int16($0) })
            case .int64: try writer.append(try array.integers().map { Int64($0) })
            case .uint8: try writer.append(try array.integers().map { UInt8($0) })
            case .uint16: try writer.append(try array.integers().map { UInt16($0) })
            case .uint32: try writer.append(try array.integers().map { UInt32($0) })
            case .uint64: try writer.append(try array.integers().map { UInt64($0) })
            case .float16: preconditionFailure("halves are read, not written")
            }
            #expect(names(in: folder).allSatisfy { $0.hasSuffix(".partial") }, "nothing may appear before the commit")
            try writer.commit()
            #expect(try readBytes("\(folder)/a.npy") == Fixture.bytes("npy/\(name).npy"))
            #expect(names(in: folder) == ["a.npy"])
        }
    }

    @Test func `Float32 files are mapped, others converted`() throws {
        #expect(try NumPyArray(path: Fixture.path("npy/vector.npy")).sharedFloats().isMapped)
        #expect(try !NumPyArray(path: Fixture.path("npy/big_f4.npy")).sharedFloats().isMapped)
        #expect(try !NumPyArray(path: Fixture.path("npy/fortran_3d.npy")).sharedFloats().isMapped)
    }

    @Test(arguments: [("objects", "Python objects"), ("records", "structured"), ("text", "'<U2'"), ("complex", "'<c8'")])
    func `types that are not numbers are refused by name`(name: String, word: String) throws {
        let error = try #require(throws: DataError.self) { try NumPyArray(path: Fixture.path("npy/refused_\(name).npy")) }
        #expect(error.code == .unsupported && error.message.contains(word))
    }

    @Test func `a file cut anywhere is refused`() throws {
        let bytes = try Fixture.bytes("npy/little_i4.npy")
        for length in 0..<bytes.count {
            #expect(throws: DataError.self, "\(length) bytes") { try NumPyArray(bytes: Array(bytes[..<length])) }
        }
        #expect(throws: DataError.self) { try NumPyArray(bytes: bytes + [0]) }
    }

    @Test(arguments: [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3), }",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (), }",
        "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (), }",
        "{'descr': '<f4', 'shape': (), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), } + 1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (\(String(repeating: "1, ", count: 70))), }",
        "{", "", "{'descr", "{'descr': '<f4' 'shape': ()}",
    ])
    func `a header that lies or is not a plain dictionary is refused`(header: String) {
        let bytes =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + Array(header.utf8) + [0, 0, 0, 0]
        #expect(throws: DataError.self) { try NumPyArray(bytes: bytes) }
    }

    @Test func `an empty column-major array may have absurd other dimensions`() throws {
        let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (4611686018427387904, 4611686018427387904, 0), }"
        let array = try NumPyArray(bytes: [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8))
        #expect(array.floats().isEmpty && array.doubles().isEmpty)
    }

    @Test func `random damage never crashes`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try Fixture.bytes("npy/fortran_3d.npy")
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<130, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            if let array = try? NumPyArray(bytes: damaged) { #expect(array.doubles().count == array.count, "seed \(seed)") }
        }
    }

    @Test func `a missing file and a folder are named`() {
        for path in ["/nowhere/x.npy", "/tmp"] {
            #expect { try NumPyArray(path: path) } throws: { "\($0)".hasPrefix(path) }
        }
    }

    @Test func `whole numbers are taken from floats, others refused with their index`() throws {
        #expect(try NumPyArray(path: Fixture.path("npy/fortran_3d.npy")).integers() == Array(0..<24))
        #expect { try NumPyArray(path: Fixture.path("npy/scalar.npy")).integers() } throws: { "\($0)".contains("2.5 at index 0") }
    }

    @Test func `an abandoned writer leaves nothing`() throws {
        try withTemporaryFolder { folder in
            do {
                let writer = try NumPyWriter(path: "\(folder)/a.npy", elementType: .float32, shape: [1_000_000])
                try writer.append([Float](repeating: 1, count: 500_000))
            }
            #expect(names(in: folder).isEmpty)
        }
    }
}
