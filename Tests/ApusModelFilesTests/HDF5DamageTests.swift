import ApusModelFiles
import TestSupport
import Testing

@Suite struct `Damaged HDF5 files` {
    @Test func `a file cut off anywhere is refused`() throws {
        let folder = try TemporaryFolder()
        let whole = try Fixtures.bytes("sequential.h5")
        let lengths = Array(0..<16) + stride(from: 16, to: whole.count, by: 611) + [whole.count - 1]
        for length in lengths {
            let path = try folder.write(Array(whole[..<length]), to: "cut.h5")
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
                let path = try folder.write(bytes, to: "flipped.h5")
                do {
                    // Some damage keeps the library busy for ever; the test need not wait as long as a user would.
                    _ = try KerasModelFile(tree: HDF5File.read(path, members: ["model_weights"]) { _ in 2 })
                } catch {
                    refused += 1
                    #expect(!error.nextStep.isEmpty)
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

/// Valid files that would harm a reader which follows them; Tests/References/files_hostile.py made them.
@Suite struct `Hostile HDF5 files` {
    @Test func `the same file without malice is read`() throws {
        let file = try KerasModelFile(reading: Fixtures.path("hostile_harmless.h5"))
        #expect(file.weights["dense"]?.first?.values == [0, 1, 2, 3, 4, 5])
    }

    @Test(arguments: [
        ("external_storage", "no float dataset"), ("external_link", "no float dataset"), ("soft_link", "no float dataset"),
        ("virtual", "no float dataset"), ("unwritten", "unpacks to more data"), ("cycle", "nested too deeply"),
    ])
    func `no file makes us read another one, or exhausts memory or time`(name: String, reason: String) {
        let start = ContinuousClock.now
        let error = #expect(throws: ModelFileError.self) { try KerasModelFile(reading: Fixtures.path("hostile_\(name).h5")) }
        #expect(error?.code == .damaged && error?.message.contains(reason) == true, "\(error as Any)")
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    /// Found by random changes; Debian's HDF5 1.10.8 crashes on the first and never comes back from the second.
    @Test(
        arguments: [
            ("rewritten.h5", [92450: 145, 2077: 66], "crashed on it (signal 11)"),
            ("two_heads.h5", [13273: 8, 67173: 108], "still busy with it after 2 seconds"),
        ] as [(String, [Int: UInt8], String)])
    func `a crash or an endless loop of the library is an error of ours`(name: String, changes: [Int: UInt8], reason: String) throws {
        let folder = try TemporaryFolder()
        var bytes = try Fixtures.bytes(name)
        for (offset, byte) in changes { bytes[offset] = byte }
        let path = try folder.write(bytes, to: "crafted.h5")
        let result = Result { try HDF5File.read(path, members: ["model_weights"]) { _ in 2 } }
        guard try HDF5Library.shared().version == "1.10.8" else { return }
        let error = #expect(throws: ModelFileError.self) { try result.get() }
        #expect(error?.message.contains(reason) == true, "\(error as Any)")
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
