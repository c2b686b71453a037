import ApusModelFiles
import ApusSystem
import ApusTabular
import ApusTraining

/// Tells what a file holds, by its content and never by its name (only text formats have no mark of their own).
public enum FileInspection {
    /// - Throws: the reader's own error, one sentence with the path, for what is damaged, hostile or not known.
    public static func report(on path: String) throws -> FileReport {
        let head = try FileSystem.head(of: path, count: 64)
        var report = try contents(of: path, head)
        report.byteCount = FileSystem.fileSize(path) ?? 0
        return report
    }

    private static func contents(of path: String, _ head: [UInt8]) throws -> FileReport {
        if head.starts(with: Array("APUSCKPT".utf8)) { return try FileReport(checkpoint: path) }
        if let report = try FileReport(table: path, head) { return report }
        switch ModelFileKind.detect(head: head) {
        case .hdf5: return try FileReport(keras: try KerasModelFile(reading: path), format: "Keras model (.h5)")
        case .zip:
            switch try ZipContent.detect(path) {
            case .keras: return try FileReport(keras: try KerasArchive.read(path), format: "Keras model (.keras)")
            case .pyTorch: return try FileReport(torch: try TorchFile(reading: path), path: path)
            case .numPy: return try FileReport(numPyArchive: path)
            case .other: throw InspectionError(path, "this zip archive is no .keras, .pth or .npz file")
            }
        case .npy: return try FileReport(numPy: path)
        case .safetensors: return try FileReport(safetensors: try SafetensorsFile(reading: path))
        case .onnx: return try FileReport(onnx: try ONNXFile.contents(of: path))
        case .pickle: return try FileReport(scaler: path)
        case .json: return try FileReport(json: path)
        case .unknown:
            // joblib's compressed files begin like the compression; the reader knows them all and says what to do.
            if path.hasSuffix(".pkl") || path.hasSuffix(".joblib") { return try FileReport(scaler: path) }
            if path.lowercased().hasSuffix(".csv") { return try FileReport(candles: path) }
            throw InspectionError(path, head.isEmpty ? "the file is empty" : "this is none of the kinds of files that Apus knows")
        }
    }
}

/// A file of which nothing can be told.
public struct InspectionError: Error, CustomStringConvertible {
    public let description: String

    init(_ path: String, _ reason: String) { description = "\(path): \(reason)" }
}
