import ApusJSON
import ApusJournal
import ApusModelFiles
import ApusSession
import ApusSessionProcess
import ApusSystem
import ApusTraining
import ApusZip
import JupyterProtocol
import NotebookFormat

// Seeds that are no files: small values, written by what the project writes such files with, or as others write them.

let csvSeeds = [
    "timestamp,open,high,low,close,volume\n2024-01-01 00:00:00,1.5,2,1,1.75,10\n2024-01-01 00:15:00,1.75,2.5,1.5,2e0,11.25\n",
    "open_time;open;high;low;close;volume\r\n1704067200000;1;2;0.5;1.5;10\r\n1704068100000;1.5;2;1;1.25;0\r\n",
    "\"time\",\"open\",\"high\",\"low\",\"close\",\"volume\"\n\"2024-01-01T00:00:00Z\",\"1\",\"2\",\"1\",\"1\",\"3\"\n",
].map { Array($0.utf8) }

func kerasConfigurations(tests folder: String) throws -> [[UInt8]] {
    try ["two_heads", "sequential", "gru", "equal_heads"].map { name in
        let root = try HDF5File.read("\(folder)/ApusModelFilesTests/Fixtures/\(name).h5", members: [])
        guard case .text(let text)? = root.attribute("model_config") else { throw FuzzFailure("\(name).h5 has no configuration") }
        return Array(text.utf8)
    }
}

/// A file that Python wrote, and a small model.
func safetensors(tests folder: String) throws -> [[UInt8]] {
    let fixtures = "\(folder)/ApusModelFilesTests/Fixtures"
    let model = try KerasModelFile(reading: "\(fixtures)/sequential.h5").makeModel()
    return [try FileSystem.read("\(fixtures)/python.safetensors"), try SafetensorsFile(model).encoded()]
}

/// What is compressed in an archive, behind two bytes of its size.
func deflated(tests folder: String) throws -> [[UInt8]] {
    let bytes = try FileSystem.read("\(folder)/ApusZipTests/Fixtures/deflated.zip")
    return try bytes.withUnsafeBytes { bytes in
        try ZipArchive(bytes).members.filter { !$0.isStored }.map { member in
            [UInt8(truncatingIfNeeded: member.size), UInt8(truncatingIfNeeded: member.size >> 8)] + Array(bytes[member.range])
        }
    }
}

/// The pickles within files of `torch.save`.
func torchPickles(tests folder: String) throws -> [[UInt8]] {
    try ["checkpoint.pt", "recurrent.pth", "types.pth", "tensor.pt"].map { name in
        let bytes = try FileSystem.read("\(folder)/ApusModelFilesTests/Fixtures/pytorch/\(name)")
        return try bytes.withUnsafeBytes { bytes in
            let archive = try ZipArchive(bytes)
            guard let pickle = archive.members.first(where: { $0.name.hasSuffix("data.pkl") }) else { throw FuzzFailure("\(name) has no pickle") }
            return try archive.contents(of: pickle, in: bytes, limit: 1 << 20)
        }
    }
}

/// A small model.
func onnx(tests folder: String) throws -> [[UInt8]] {
    let model = try KerasModelFile(reading: "\(folder)/ApusModelFilesTests/Fixtures/sequential.h5").makeModel()
    let scratch = try ScratchFolder(in: "/tmp", prefix: "apus-fuzz-onnx")
    try ONNXFile.write(model, to: scratch.path + "/model.onnx")
    return [try FileSystem.read(scratch.path + "/model.onnx")]
}

let modelConfiguration: [UInt8] = Array(
    """
    {"metadata": {"symbol": "BTC", "timeframe": "15m", "sequence_length": 30, "num_features": 2, "num_classes": 4},
    "training_metadata": {"training_date": "2024-01-01T00:00:00", "training_duration_seconds": 1.5, "epochs_trained": 3},
    "performance_metrics": {"classification": {"accuracy": 0.5, "auc_roc": null}, "regression": {"mse": 1, "mae": 1, "rmse": 1, "r2": 0.1}},
    "model_config": {"lstm_units_1": 64}, "training_config": {"epochs": 3}, "feature_names": ["a", "b"]}
    """.utf8)

/// The cells of the small notebooks.
func notebookCells(tests folder: String) throws -> [[UInt8]] {
    let notebook = try Notebook(parsing: FileSystem.read("\(folder)/../notebooks/multi-task-lstm.ipynb"))
    return notebook.cells.map { Array($0.source.utf8) }
}

/// A line of a journal for each kind of record.
let journal: [[UInt8]] = [
    JournalRecord.Content.origin(JournalOrigin(.run, name: "a.ipynb", process: 7)), .began(JournalCellStart(count: 1, code: "%%auth\n%who")),
    .shown(.stream(.stdout, "text\n")), .shown(.error(CellError(name: "E", message: "m", report: ["r"]))), .omitted(outputs: 3), .ended(.ok),
].enumerated().map { index, content in JournalLine.encode(JournalRecord(number: index, cell: 1, time: 1_700_000_000_000_000, content: content)) }

private let container: CheckpointContainer = {
    var checkpoint = Checkpoint(logNames: ["loss", "accuracy"])
    checkpoint.weights = (0..<40).map(Float.init)
    checkpoint.optimizer.slots = ["m": Array(repeating: 1, count: 40), "v": Array(repeating: 2, count: 40)]
    checkpoint.callbacks = [["best": 0.5, "wait": 3]]
    checkpoint.best = Checkpoint.Best(epoch: 1, weights: checkpoint.weights)
    return checkpoint.container()
}()

let checkpoint = container.encoded()

let sections: [UInt8] = container.sections.flatMap { section in
    [UInt8(truncatingIfNeeded: section.bytes.count), UInt8(truncatingIfNeeded: section.bytes.count >> 8)] + section.bytes
}

private let digits = String(repeating: "0123456789abcdef", count: 4)

let httpHeads = [
    "HTTP/1.1 302 Found\r\nX-Repo-Commit: \(digits.prefix(40))\r\nX-Linked-Size: 1234\r\nX-Linked-Etag: \"\(digits)\"\r\nLocation: /a\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200 OK\r\nETag: W/\"\(digits.prefix(40))\"\r\nContent-Length: 3\r\nx-repo-commit:\(digits.prefix(40))\r\n\r\n",
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nRateLimit: \"api\";r=0;t=55\r\n\r\n",
].map { Array($0.utf8) }

let hubTree: [UInt8] = Array(
    """
    {"format_version": 1, "files": {"a/b.json": {"size": 3, "blob_id": "\(digits.prefix(40))"},
    "c.bin": {"size": 130, "blob_id": "\(digits.prefix(40))", "lfs_sha256": "\(digits)", "lfs_size": 5000000}}}
    """.utf8)

func sessionFrames(tests folder: String) throws -> [[UInt8]] {
    let request = CellRequest("let a = 1", userExpressions: ["a": "a"], executionCount: 3, cellID: "x")
    let commands: [SessionCommand] = [
        .execute(cell: 1, request), .interrupt(cell: 1), .answer(question: 1, "yes"), .delivered(bytes: 10),
        .complete(query: 1, code: "%%tr", cursor: 4),
        .inspect(query: 2, code: "%%train", cursor: 3, detail: .full), .read(query: 3, request), .close,
    ]
    let reports: [SessionReport] = [
        .event(cell: 1, .stream(.stderr, "text")), .withdraw(cell: 1, question: 2),
        .ask(cell: 1, question: 2, prompt: "Token", isPassword: true), .finished(query: 3, nil),
    ]
    let frames = try commands.map { try Frame.bytes($0.json) } + reports.map { try Frame.bytes($0.json) }
    return frames + [frames.flatMap { $0 }]
}

func jupyterMessages(tests folder: String) throws -> [[UInt8]] {
    let header = #"{"msg_id":"1","session":"s","username":"u","msg_type":"execute_request","version":"5.4","date":"2024-01-01T00:00:00.000000Z"}"#
    return [
        #"{"code":"let a = 1","silent":false,"store_history":true,"user_expressions":{"a":"a"},"allow_stdin":true,"stop_on_error":true}"#,
        #"{"code":"%%tr","cursor_pos":4,"detail_level":1}"#,
        #"{"hist_access_type":"range","session":0,"start":1,"stop":4,"n":5,"pattern":"a*","unique":true,"output":true,"raw":true}"#,
    ].map { Array([header, "{}", "{}", $0].joined(separator: "\n").utf8) }
}
