import ApusTraining

/// A checkpoint of a training run.
enum CheckpointFile: FileKind {
    static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: Array("APUSCKPT".utf8)) }

    static func report(on path: String) throws -> FileReport {
        guard let checkpoint = try CheckpointFolder.read(path) else { throw InspectionError(path, "it is gone") }
        var report = FileReport("checkpoint of a training run")
        report.add("parameters", "\(checkpoint.weights.count)")
        report.add(
            "position",
            "epoch \(checkpoint.position.epoch + 1), step \(checkpoint.position.step), \(checkpoint.position.globalStep) steps in all")
        switch checkpoint.ended {
        case .epochs: report.add("ended", "after all its epochs")
        case .callback(let reason): report.add("ended", reason)
        case nil: report.add("ended", "no: `%%train --resume` goes on")
        }
        report.add("best epoch", checkpoint.best.map { "\($0.epoch + 1)" })
        report.add("computed with", checkpoint.arithmetic)
        for entry in checkpoint.identity.entries { report.add(entry.name, entry.value) }
        let names = checkpoint.history.names
        report.add(
            table: "epochs", ["epoch"] + names,
            checkpoint.history.epochs.map { record in
                ["\(record.epoch + 1)"] + names.map { record.logs[$0].map { "\(Float($0))" } ?? "" }
            })
        return report
    }
}
