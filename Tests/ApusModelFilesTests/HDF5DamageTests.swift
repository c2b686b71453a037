import ApusModelFiles
import Testing

@Suite struct `Damaged HDF5 files` {
    @Test func `a file cut off anywhere is refused`() throws {
        let folder = try TemporaryFolder()
        let whole = try Fixtures.bytes("sequential.h5")
        let lengths = Array(0..<16) + stride(from: 16, to: whole.count, by: 611) + [whole.count - 1]
        for length in lengths {
            let path = try folder.write(Array(whole[..<length]), "cut.h5")
            let error = #expect(throws: ModelFileError.self, "cut to \(length)") { try KerasModelFile(reading: path) }
            #expect(error?.path == path)
            #expect(error?.code == (length < 8 ? .wrongKind : .damaged), "cut to \(length): \(error as Any)")
        }
    }

    @Test func `flipped bytes end in an error or a model, never in a crash`() throws {
        let folder = try TemporaryFolder()
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for name in ["sequential.h5", "rewritten.h5"] {
            let whole = try Fixtures.bytes(name)
            var refused = 0
            for _ in 0..<150 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...24, using: &generator) {
                    // The first bytes hold the structure, the rest mostly weights.
                    let limit = Bool.random(using: &generator) ? 4096 : bytes.count
                    bytes[Int.random(in: 8..<limit, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                let path = try folder.write(bytes, "flipped.h5")
                do {
                    // Some damage keeps the library busy for ever; the test need not wait as long as a user would.
                    _ = try KerasModelFile(tree: HDF5File.read(path, members: ["model_weights"]) { _ in 2 })
                } catch {
                    refused += 1
                    #expect(!error.hint.isEmpty)
                }
            }
            #expect(refused > 0, "seed \(seed)")
            print("\(name): \(refused) of 150 damaged files refused, seed \(seed)")
        }
    }

    @Test(arguments: ["x.npy", "layer_orders.json"])
    func `a file of another kind is refused before the library sees it`(name: String) throws {
        let error = #expect(throws: ModelFileError.self) {
            try KerasModelFile(reading: Fixtures.path(name == "x.npy" ? "two_heads.x.npy" : name))
        }
        #expect(error?.code == .wrongKind)
        #expect(error?.message.contains(name == "x.npy" ? "NumPy" : "JSON") == true)
    }

    @Test func `a missing file and a folder say so`() {
        let missing = #expect(throws: ModelFileError.self) { try KerasModelFile(reading: "/nonexistent/model.h5") }
        #expect(missing?.code == .unreadable && missing?.message.contains("No such file") == true)
        let folder = #expect(throws: ModelFileError.self) { try KerasModelFile(reading: "/tmp") }
        #expect(folder?.code == .unreadable)
    }

    @Test func `many files are read at once from several threads`() async throws {
        let expected = try KerasModelFile(reading: Fixtures.path("equal_heads.h5"))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<16 {
                group.addTask {
                    if index % 2 == 0 { return try KerasModelFile(reading: Fixtures.path("equal_heads.h5")) == expected }
                    let folder = try TemporaryFolder()
                    try expected.write(to: folder.file("model.h5"))
                    return try KerasModelFile(reading: folder.file("model.h5")).weights == expected.weights
                }
            }
            for try await same in group { #expect(same) }
        }
    }
}

@Suite struct `The HDF5 library` {
    @Test func `its absence is one error that names the package`() {
        let error = #expect(throws: ModelFileError.self) { try HDF5Library(candidates: ["libhdf5_that_is_not_here.so"]) }
        #expect(error?.code == .missingLibrary)
        #expect(error?.description.contains("libhdf5-103-1") == true)
    }

    @Test func `another library is not taken for it`() {
        let error = #expect(throws: ModelFileError.self) { try HDF5Library(candidates: ["libm.so.6"]) }
        #expect(error?.message.contains("has no function") == true)
    }

    @Test func `it tells its version`() throws {
        #expect(try HDF5Library.shared().version.split(separator: ".").count == 3)
    }
}
