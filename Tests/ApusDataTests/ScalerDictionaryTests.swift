import ApusData
import ApusJSON
import TestSupport
import Testing

/// Fixtures: Tests/References/data_scaler_dictionary.py (NumPy).
@Suite struct ScalerDictionaryTests {
    private let expected: JSON

    init() throws { expected = try Fixture.json("scaler/dictionary/expected.json") }

    private func numbers(_ key: String) throws -> [Double] { try #require(expected[key]?.array).map { try #require($0.double) } }

    private func read(_ name: String) throws -> StandardScaler {
        try StandardScaler(picklePath: Fixture.path("scaler/dictionary/\(name).pkl"))
    }

    @Test(arguments: ["protocol2", "protocol3", "protocol4", "protocol5", "joblib"]) func `what NumPy pickled reads exactly`(name: String) throws {
        let scaler = try read(name)
        #expect(try scaler.mean == numbers("mean") && scaler.scale == numbers("std"))
        #expect(scaler.featureNames == ["open", "größe", "rsi_14"] && scaler.featureCount == 3)
        var rows = try numbers("rows")
        try scaler.transform(&rows)
        #expect(try rows == numbers("scaled"))
    }

    @Test func `float32, another order of keys, a tuple of names and further keys read too`() throws {
        let scaler = try read("float32")
        #expect(try scaler.mean == numbers("mean32") && scaler.scale == numbers("std32"))
        #expect(scaler.featureNames == ["open", "größe", "rsi_14"])
    }

    @Test func `what is written is read back, bit for bit`() throws {
        let folder = try TemporaryFolder()
        var scaler = try read("protocol4")
        try scaler.saveDictionary(to: folder.file("scaler.pkl"))
        #expect(try StandardScaler(picklePath: folder.file("scaler.pkl")) == scaler)
        // The same scaler for scikit-learn.
        #expect(try StandardScaler(pickle: scaler.pickled()) == scaler)
        scaler.featureNames = nil
        #expect(try StandardScaler(pickle: scaler.pickledDictionary()) == scaler)
        scaler.withMean = false
        #expect { try scaler.pickledDictionary() } throws: { "\($0)".contains("both mean and scale") }
    }

    @Test func `other dictionaries, unequal lengths and values that cannot scale are refused by name`() throws {
        let good = try read("protocol4")
        func message(mean: [Double], std: [Double], names: [String]? = nil) -> String {
            var scaler = good
            (scaler.mean, scaler.scale, scaler.featureNames) = (mean, std, names)
            do {
                _ = try StandardScaler(pickle: scaler.pickledDictionary())
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(message(mean: [1, 2], std: [1, 2]) == "no error")
        #expect(message(mean: [1, 2], std: [1]).contains("has 2 values and 'std' has 1"))
        #expect(message(mean: [], std: []).contains("has 0 values"))
        #expect(message(mean: [1, .nan], std: [1, 1]).contains("'mean' of the scaler is nan for feature 1"))
        #expect(message(mean: [1, 2], std: [1, 0]).contains("'std' of the scaler is 0.0 for feature 1"))
        #expect(message(mean: [1, 2], std: [-1, 1]).contains("'std' of the scaler is -1.0 for feature 0"))
        #expect(message(mean: [1, 2], std: [1, 1], names: ["a"]).contains("1 feature names for 2 features"))
        // {}, {'mean': 1}
        #expect { try StandardScaler(pickle: [0x80, 3, 0x7D, 0x2E]) } throws: { "\($0)".contains("without 'mean'") }
        #expect { try StandardScaler(pickle: [0x80, 3, 0x7D, 0x58, 4, 0, 0, 0] + Array("mean".utf8) + [0x4B, 1, 0x73, 0x2E]) } throws: {
            "\($0)".contains("'mean' of the scaler is not an array of numbers")
        }
    }

    @Test(arguments: ["protocol2", "protocol4", "joblib"]) func `a file cut anywhere is refused`(name: String) throws {
        let bytes = try Fixture.bytes("scaler/dictionary/\(name).pkl")
        for length in 0..<bytes.count {
            #expect(throws: DataError.self, "\(length) bytes") { try StandardScaler(pickle: Array(bytes[..<length])) }
        }
    }
}
