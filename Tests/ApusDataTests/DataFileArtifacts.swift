import ApusData
import Foundation
import Testing

/// Writes arrays to `$APUS_ARTIFACTS/data` for Tests/Tools/test_data_files.py, where NumPy opens them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["APUS_ARTIFACTS"] != nil, "set APUS_ARTIFACTS to a folder"))
struct DataFileArtifacts {
    @Test func `an archive for NumPy`() throws {
        let folder = ProcessInfo.processInfo.environment["APUS_ARTIFACTS"]! + "/data"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try NumPyArchive.save(
            [
                .init("X", [1, -2, 3.5, .infinity, 0, 6] as [Float], shape: [3, 2]), .init("größe", [1 << 40, -7] as [Int64], shape: [2]),
                .init("flags", [true, false, true], shape: [3]), .init("scalar", [0.1] as [Double], shape: []),
                .init("none", [UInt8](), shape: [0, 4]),
            ], to: "\(folder)/a.npz")
    }

    @Test func `a scaler as a dictionary for NumPy`() throws {
        let folder = ProcessInfo.processInfo.environment["APUS_ARTIFACTS"]! + "/data"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try StandardScaler.fit([1, 10, 3, 10.5, 8, 0.1], featureNames: ["open", "größe"]).saveDictionary(to: "\(folder)/scaler.pkl")
    }
}
