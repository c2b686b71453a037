import ApusData
import TestSupport
import Testing

@Suite struct NumPyArchiveTests {
    @Test func `arrays of an archive read by name`() throws {
        let archive = try NumPyArchive(path: Fixture.path("npy/two.npz"))
        #expect(archive.names == ["X", "y"])
        #expect(try archive.array("X").floats() == [0, 1, 2, 3, 4, 5] && archive.array("X").shape == [2, 3])
        #expect(try archive.array("y").integers() == [1, -1])
        #expect { try archive.array("z") } throws: { "\($0)".contains("no array 'z'; the archive has X, y") }
    }

    @Test func `compressed archives are read`() throws {
        let archive = try NumPyArchive(path: Fixture.path("npy/compressed.npz"))
        #expect(archive.names == ["X", "y"])
        #expect(try archive.array("X").floats() == [0, 1, 2, 3, 4, 5] && archive.array("y").integers() == [1, -1])
    }

    @Test func `what is saved is read back, mapped`() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.npz"
            try NumPyArchive.save(
                [
                    .init("X", [1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]), .init("größe", [7] as [Int64], shape: []),
                    .init("none", [UInt8](), shape: [0, 4]),
                ], to: path)
            let archive = try NumPyArchive(path: path)
            #expect(archive.names == ["X", "größe", "none"])
            #expect(try archive.array("X").shape == [3, 2] && archive.array("X").sharedFloats().isMapped)
            #expect(
                try archive.array("X").floats() == [1, 2, 3, 4, 5, 6] && archive.array("größe").integers() == [7]
                    && archive.array("größe").elementType == .int64)
            #expect(try archive.array("none").shape == [0, 4])
            #expect { try NumPyArchive.save([.init("a", [true], shape: [2])], to: path) } throws: { "\($0)".contains("1 values for the shape (2,)") }
            #expect { try NumPyArchive.save([.init("a", [Float](), shape: [0]), .init("a", [Float](), shape: [0])], to: path) } throws: {
                "\($0)".contains("used twice")
            }
            #expect(try NumPyArchive(path: path).names.count == 3, "a failure leaves the old file")
        }
    }

    @Test func `an archive of other things is no npz`() throws {
        try withTemporaryFolder { folder in
            try writeBytes(try Fixture.bytes("npy/other.zip"), to: "\(folder)/a.npz")
            #expect { try NumPyArchive(path: "\(folder)/a.npz") } throws: { "\($0)".contains("is no .npz file") }
        }
    }

    @Test func `an archive cut anywhere or damaged ends in an error or in arrays`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try Fixture.bytes("npy/two.npz")
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.npz"
            for length in stride(from: 0, to: bytes.count, by: 7) {
                try writeBytes(Array(bytes[..<length]), to: path)
                #expect(throws: DataError.self, "\(length) bytes") { try NumPyArchive(path: path) }
            }
            for _ in 0..<1000 {
                var damaged = bytes
                damaged[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
                try writeBytes(damaged, to: path)
                guard let archive = try? NumPyArchive(path: path) else { continue }
                for name in archive.names {
                    if let array = try? archive.array(name) { #expect(array.doubles().count == array.count, "seed \(seed)") }
                }
            }
        }
    }
}
