import ApusData
import ApusJSON
import TestSupport
import Testing

@Suite struct ScalerPickleTests {
    static let expected: [String: JSON] = Dictionary(
        uniqueKeysWithValues: try! Fixture.json("scaler/expected.json").object!.filter { $0.key != "fit" }.map { ($0.key, $0.value) })

    @Test(arguments: expected.keys.sorted()) func `scalers of every protocol, of joblib and of old NumPy read exactly`(name: String) throws {
        let expected = try #require(Self.expected[name])
        let scaler = try StandardScaler(picklePath: Fixture.path("scaler/\(name)"))
        #expect(scaler.mean == expected["mean"]!.array?.map { $0.double! })
        #expect(scaler.variance == expected["variance"]!.array?.map { $0.double! })
        #expect(scaler.scale == expected["scale"]!.array?.map { $0.double! })
        #expect(scaler.featureNames ?? [] == expected["names"]!.array!.map { $0.string! })
        #expect(scaler.withMean == expected["with_mean"]!.bool && scaler.withStandardDeviation == expected["with_std"]!.bool)
        #expect(scaler.featureCount == 4)
        switch scaler.sampleCount {
        case .all(let count): #expect(expected["seen"]!.int == count)
        case .perFeature(let counts): #expect(expected["seen"]!.array?.map { $0.int! } == counts)
        }
        #expect(try StandardScaler(pickle: scaler.pickled()) == scaler)
    }

    /// Files of Tests/References/data_scaler_versions.sh.
    @Test(
        arguments: ["1.2.2", "1.4.2", "1.6.1"],
        ["_protocol2.pkl", "_protocol3.pkl", "_protocol4.pkl", "_protocol5.pkl", ".joblib"])
    func `scalers of older scikit-learn, NumPy and joblib are read`(version: String, ending: String) throws {
        let scaler = try StandardScaler(picklePath: Fixture.path("scaler/versions/\(version)\(ending)"))
        let expected = try Fixture.json("scaler/versions/expected.json")
        #expect(scaler.scikitLearnVersion == version && scaler.featureNames == ["a", "b", "größe", "d"])
        for (name, values) in [("mean_", scaler.mean), ("var_", scaler.variance), ("scale_", scaler.scale)] {
            let error = largestError(try #require(values), try #require(expected[name]?.numbers))
            #expect(error < 1e-12, "sums of another NumPy may differ in the last bit")
        }
        #expect(scaler.sampleCount == .perFeature([10, 7, 10, 10]))
        #expect(try StandardScaler(pickle: scaler.pickled()) == scaler)
    }

    @Test(arguments: [2, 4]) func `a pickle that would run a command is refused by name`(version: Int) throws {
        let error = try #require(throws: DataError.self) {
            try StandardScaler(picklePath: Fixture.path("scaler/hostile_system_protocol\(version).pkl"))
        }
        #expect(error.code == .forbidden && error.message.contains("posix.system"))
    }

    @Test(arguments: ["zlib", "gzip"]) func `compressed scalers are refused with the way to save them`(name: String) throws {
        let error = try #require(throws: DataError.self) { try StandardScaler(picklePath: Fixture.path("scaler/refused_\(name).pkl")) }
        #expect(error.code == .unsupported && error.message.contains(name) && error.message.contains("compress=0"))
    }

    @Test(arguments: ["gaps_protocol2.pkl", "gaps_protocol4.pkl", "gaps_protocol5.pkl", "gaps_joblib.pkl"])
    func `a pickle cut anywhere is refused`(name: String) throws {
        let bytes = try Fixture.bytes("scaler/\(name)")
        for length in 0..<bytes.count {
            #expect(throws: DataError.self, "\(length) bytes") { try StandardScaler(pickle: Array(bytes[..<length])) }
        }
        #expect(throws: DataError.self) { try StandardScaler(pickle: bytes + [0x2E]) }
    }

    @Test(arguments: ["gaps_protocol2.pkl", "gaps_protocol4.pkl", "gaps_protocol5.pkl", "gaps_joblib.pkl"])
    func `random damage never crashes`(name: String) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try Fixture.bytes("scaler/\(name)")
        for _ in 0..<1500 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            if let scaler = try? StandardScaler(pickle: damaged) {
                var row = [Double](repeating: 1, count: scaler.featureCount)
                #expect(throws: Never.self, "seed \(seed)") { try scaler.transform(&row) }
            }
        }
    }

    /// Hand-made programs: protocol marker, then opcodes.
    @Test(
        arguments: [
            ("nested lists", [0x80, 2] + Array(repeating: 0x5D, count: 500_000) + Array(repeating: 0x61, count: 499_999) + [0x2E]),
            ("nested tuples", [0x80, 2, 0x29] + Array(repeating: 0x85, count: 900_000) + [0x2E]),
            ("a list inside itself", [0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E]),
            ("too many values", [0x80, 2] + Array(repeating: 0x4E, count: 2_000_000) + [0x2E]),
            ("too many marks", [0x80, 2] + Array(repeating: 0x28, count: 2_000_000) + [0x2E]),
            ("a text of 4 GB", [0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0x41, 0x2E]),
            ("bytes of 2^63", [0x80, 5, 0x96, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E]),
            ("an empty stack", [0x80, 2, 0x85, 0x2E]),
            ("append under a mark", [0x80, 2, 0x5D, 0x28, 0x61, 0x2E]),
            ("appends without a list", [0x80, 2, 0x28, 0x65, 0x2E]),
            ("an odd dictionary", [0x80, 2, 0x7D, 0x28, 0x4E, 0x75, 0x2E]),
            ("an unknown memo", [0x80, 2, 0x68, 7, 0x2E]),
            ("a long of 255 bytes", [0x80, 2, 0x8A, 255] + Array(repeating: 1, count: 255) + [0x2E]),
            ("persistent ids", [0x80, 2, 0x50, 0x61, 0x0A, 0x2E]),
            ("protocol 0", Array("cposix\nsystem\n(S'true'\ntR.".utf8)),
            ("protocol 9", [0x80, 9, 0x4E, 0x2E]),
            ("something else", [0x80, 2, 0x4E, 0x2E]),
            ("nothing", []),
        ].map(HostileProgram.init))
    fileprivate func `hostile programs end in one clear error`(program: HostileProgram) {
        #expect(throws: DataError.self, "\(program.name)") { try StandardScaler(pickle: program.bytes) }
    }

    @Test func `an unfitted scaler says so`() throws {
        let scaler = try StandardScaler(picklePath: Fixture.path("scaler/plain_protocol4.pkl"))
        let bytes = scaler.pickled()
        // The same pickle with `mean_` under another name.
        let index = try #require((0..<bytes.count - 5).first { bytes[$0..<$0 + 5].elementsEqual("mean_".utf8) })
        var renamed = bytes
        renamed[index] = UInt8(ascii: "x")
        #expect { try StandardScaler(pickle: renamed) } throws: { "\($0)".contains("before it was fitted") }
    }

    @Test func `fit and transform agree with scikit-learn, holes included`() throws {
        let fit = try #require(try Fixture.json("scaler/expected.json")["fit"])
        let expected = try #require(Self.expected["gaps_protocol4.pkl"])
        var rows = fit["rows"]!.numbers
        let scaler = try StandardScaler.fit(rows, featureNames: ["rsi_14", "macd", "größe", "flat"])
        // Sums in another order than NumPy's differ in the last bits.
        #expect(largestError(scaler.mean!, expected["mean"]!.numbers) < 1e-14)
        #expect(largestError(scaler.variance!, expected["variance"]!.numbers) < 1e-13)
        #expect(largestError(scaler.scale!, expected["scale"]!.numbers) < 1e-13)
        #expect(scaler.scale![3] == 1, "a feature that is constant up to rounding keeps its scale")
        #expect(scaler.sampleCount == .perFeature([46, 60, 60, 60]))
        let original = rows
        try scaler.transform(&rows)
        #expect(largestError(rows, fit["transformed"]!.numbers) < 1e-12)
        try scaler.inverseTransform(&rows)
        #expect(largestError(rows, original) < 1e-12)
    }

    @Test func `fit refuses what it cannot scale`() {
        #expect(throws: DataError.self) { try StandardScaler.fit([], featureNames: ["a"]) }
        #expect(throws: DataError.self) { try StandardScaler.fit([1, 2, 3], featureNames: ["a", "b"]) }
        #expect { try StandardScaler.fit([1, .infinity], featureNames: ["a", "b"]) } throws: { "\($0)".contains("'b' is infinite in row 0") }
        #expect { try StandardScaler.fit([1, .nan, 2, .nan], featureNames: ["a", "b"]) } throws: { "\($0)".contains("'b' has no value") }
    }
}

/// A pickle that is shown by its name: some have millions of bytes.
private struct HostileProgram: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    var testDescription: String { name }
}
