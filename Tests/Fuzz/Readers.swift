import ApusData
import ApusHTTP
import ApusHub
import ApusInspection
import ApusJSON
import ApusJournal
import ApusMagics
import ApusModelFiles
import ApusSession
import ApusSessionProcess
import ApusSystem
import ApusTabular
import ApusTraining
import ApusZip
import JupyterProtocol
import Glibc
import NotebookFormat

/// Every reader, one line each; what takes more than that is below.
let readers: [FuzzReader] = [
    FuzzReader("npy", .files("ApusDataTests/Fixtures/npy/*.npy")) { try readArray(NumPyArray(bytes: $0.bytes)) },
    FuzzReader("npz", .files("ApusDataTests/Fixtures/npy/*.npz")) { try readArchive($0.file()) },
    FuzzReader("csv", .bytes { _ in csvSeeds }) { _ = try CandleSeries(csv: $0.text).validate() },
    FuzzReader("parquet", .files("ApusTabularTests/Fixtures/*.parquet")) { try readTable($0.file()) },
    FuzzReader("feather", .files("ApusTabularTests/Fixtures/*.feather")) { try readTable($0.file()) },
    FuzzReader("pickle", .files("ApusDataTests/Fixtures/scaler/*.pkl")) { _ = try StandardScaler(pickle: $0.bytes).pickled() },
    FuzzReader("safetensors", .bytes(safetensors)) { try readTensors($0.bytes) },
    FuzzReader("keras", .files("ApusModelFilesTests/Fixtures/[!h]*.h5")) { _ = try KerasModelFile(reading: $0.file()).makeModel() },
    FuzzReader("zip", .files("ApusZipTests/Fixtures/*.zip")) { try readZip($0.bytes) },
    FuzzReader("inflate", .bytes(deflated)) { try readInflated($0.bytes) },
    FuzzReader("torch", .files("ApusModelFilesTests/Fixtures/pytorch/*.p*")) { _ = try TorchFile(bytes: $0.bytes) },
    FuzzReader("torch-pickle", .bytes(torchPickles)) { try readTorch($0.bytes) },
    FuzzReader("keras-archive", .files("ApusModelFilesTests/Fixtures/*.keras")) { _ = try KerasArchive.read($0.file()).makeModel() },
    FuzzReader("onnx", .bytes(onnx)) { _ = try ONNXFile.contents(of: $0.bytes) },
    FuzzReader("inspect", .files("ApusDataTests/Fixtures/scaler/*.pkl")) { _ = try FileInspection.report(on: $0.file()).text(path: "x") },
    FuzzReader("keras-config", .bytes(kerasConfigurations)) { try readKerasConfiguration($0.bytes) },
    FuzzReader("model-config", .bytes { _ in [modelConfiguration] }) { _ = try ModelConfiguration(json: JSON(parsing: $0.bytes)) },
    FuzzReader("json", .files("NotebookFormatTests/Notebooks/*.ipynb")) { try readJSON($0.bytes) },
    FuzzReader("notebook", .files("NotebookFormatTests/Notebooks/*.ipynb")) { _ = try Notebook(parsing: $0.bytes).fileText() },
    FuzzReader("cells", .bytes(notebookCells)) { _ = checker.check([$0.text]) },
    FuzzReader("journal", .bytes { _ in journal + [journal.flatMap { $0 }] }) { try readJournal($0.file()) },
    FuzzReader("journal-record", .bytes { _ in journal }) { _ = JournalRecord(try JSON(parsing: $0.bytes.dropFirst(9))) },
    FuzzReader("checkpoint", .bytes { _ in [checkpoint] }) { _ = try CheckpointContainer(decoding: $0.bytes, name: "x") },
    FuzzReader("checkpoint-sections", .bytes { _ in [sections] }) { try readSections($0.bytes) },
    FuzzReader("http-head", .bytes { _ in httpHeads }) { _ = head($0.bytes) },
    FuzzReader("hub-reply", .bytes { _ in httpHeads }) { try readMetadata($0.bytes) },
    FuzzReader("hub-tree", .bytes { _ in [hubTree] }) { _ = TreeCache(path: try $0.file()).read() },
    FuzzReader("session-frames", .bytes(sessionFrames)) { try readFrames($0.bytes) },
    FuzzReader("jupyter", .bytes(jupyterMessages)) { try readMessage($0.bytes) },
]

/// What a fuzzer has to notice, for the test of the fuzzer itself; only there when asked for.
let broken: [FuzzReader] = [
    FuzzReader("self-test-endless", .bytes { _ in [[]] }) { _ in while true { usleep(100) } },
    FuzzReader("self-test-memory", .bytes { _ in [[]] }) { _ in try NoLimit().fill() },
]

/// Takes memory without an end.
private struct NoLimit {
    func fill() throws {
        var blocks: [[UInt8]] = []
        while true { blocks.append(Array(repeating: 1, count: 1 << 24)) }
    }
}

private let checker = CellChecker(magics: StandardMagics.all)

private func readArray(_ array: NumPyArray) throws {
    _ = array.floats()
    _ = array.doubles()
    _ = try array.integers()
}

private func readArchive(_ path: String) throws {
    let archive = try NumPyArchive(path: path)
    for name in archive.names { try readArray(archive.array(name)) }
}

/// Each column by itself, so that damage to one does not hide the others.
private func readTable(_ path: String) throws {
    let table = try TableFormat.open(path: path)
    for column in table.columns.prefix(30) where column.refusal == nil { _ = try? table.read([column.name]) }
    _ = try CandleSeries(file: path).validate()
}

private func readZip(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { bytes in
        let archive = try ZipArchive(bytes)
        for member in archive.members { _ = try archive.contents(of: member, in: bytes, limit: 1 << 20) }
    }
}

/// Two bytes of size, and what decompresses to that.
private func readInflated(_ bytes: [UInt8]) throws {
    let size = bytes.prefix(2).reversed().reduce(0) { $0 << 8 | Int($1) }
    _ = try Array(bytes.dropFirst(2)).withUnsafeBytes { try Inflate.decompress($0, size: size) }
}

/// The input as the pickle of an archive that is right, so that damage is not found by the archive's checksums.
private func readTorch(_ bytes: [UInt8]) throws {
    var archive: [UInt8] = []
    var writer = ZipWriter<Never> { archive.append(contentsOf: $0) }
    writer.add("archive/data.pkl", bytes)
    writer.add("archive/version", Array("3\n".utf8))
    for index in 0..<8 { writer.add("archive/data/\(index)", [UInt8](repeating: 0, count: 256)) }
    writer.finish()
    let file = try TorchFile(bytes: archive)
    // Not every file is a model.
    _ = try? file.makeModel()
}

private func readTensors(_ bytes: [UInt8]) throws {
    let file = try SafetensorsFile(bytes: bytes)
    // Not every file is a model.
    _ = try? file.makeModel()
}

private func readJSON(_ bytes: [UInt8]) throws {
    let json = try JSON(parsing: bytes)
    guard try JSON(parsing: json.utf8()).utf8() == json.utf8() else { preconditionFailure("JSON that was written reads differently") }
}

private func readKerasConfiguration(_ bytes: [UInt8]) throws {
    let graph = try KerasGraph(modelConfig: JSON(parsing: bytes))
    _ = try graph.orderedLayers()
    _ = try graph.weightShapes()
}

private func readJournal(_ path: String) throws {
    var contents = JournalContents()
    for record in try JournalReader(path: path).next() { contents.take(record) }
    _ = contents.table(isAlive: false, now: 0)
}

/// The input as named sections, each after its length in two bytes, so that damage is not found by the checksums of the file.
private func readSections(_ bytes: [UInt8]) throws {
    var container = CheckpointContainer()
    var rest = bytes[...]
    for name in ["info", "numbers", "history", "weights", "optimizer/m", "optimizer/v", "best"] {
        let length = rest.prefix(2).reversed().reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(2)
        container.append(name, Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
    }
    _ = try Checkpoint(container: CheckpointContainer(decoding: container.encoded(), name: "x"), name: "x")
}

private func head(_ bytes: [UInt8]) -> HTTPResponse {
    var head = ResponseHead()
    var rest = bytes[...]
    while !rest.isEmpty {
        let end = rest.firstIndex(of: 10).map { $0 + 1 } ?? rest.endIndex
        let step = rest[..<end].withUnsafeBytes { head.add($0) }
        if step != .more { break }
        rest = rest[end...]
    }
    return head.response
}

private func readMetadata(_ bytes: [UInt8]) throws {
    var metadata = FileMetadata()
    metadata.add(head(bytes))
    _ = try metadata.file("a/b", in: RepositoryID(.model, "a/b"), location: "", endpoint: "x")
}

private func readFrames(_ bytes: [UInt8]) throws {
    var reader = FrameReader()
    bytes.withUnsafeBytes { reader.append($0) }
    while let (message, _) = try reader.next() {
        _ = try? SessionCommand(message)
        _ = try? SessionReport(message)
    }
}

/// Frames between line breaks; the signature is made to fit.
private func readMessage(_ bytes: [UInt8]) throws {
    let parts = bytes.split(separator: 10, omittingEmptySubsequences: false).map { Frame($0) }
    let signature = Signer(key: "k").map { $0.signature(of: parts) } ?? Frame()
    let message = try MessageCodec(key: "k").decode([Frame(text: "<IDS|MSG>"), signature] + parts)
    _ = try? ExecuteRequest(message.content)
    _ = try? CompleteRequest(message.content)
    _ = try? InspectRequest(message.content)
    _ = try? HistoryRequest(message.content)
    _ = Timestamp.range(of: message.header.date)
}
