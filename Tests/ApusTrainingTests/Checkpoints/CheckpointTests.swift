import ApusTraining
import TestSupport
import Testing

@Suite struct CheckpointTests {
    private func example(epoch: Int = 2) -> Checkpoint {
        var identity = RunIdentity()
        identity.append("batch size", "32")
        identity.append("layer 1", "lstm = LSTM(64) → [64]")
        var optimizer = OptimizerState(learningRate: 5e-4, iterations: 77)
        optimizer.slots = ["momentum": [0.1, -0.2, .leastNonzeroMagnitude], "velocity": [1e-30, 3, 4]]
        var running = Checkpoint(logNames: ["loss", "accuracy"])
        running.identity = identity
        running.arithmetic = "avx2"
        running.position.epoch = epoch
        running.position.step = 3
        running.position.globalStep = 77
        running.weights = [1, -0.0, 3.5]
        running.optimizer = optimizer
        running.callbacks = [["best": -Double.infinity, "wait": 0.1 + 0.2], [:]]
        running.best = Checkpoint.Best(epoch: 1, weights: [4, 5, 6])
        var logs = Logs()
        logs["loss"] = 0.1 + 0.2
        logs["val_loss"] = 1.0 / 3
        running.history.epochs = [EpochRecord(epoch: 0, logs: logs, learningRate: 1e-3, seconds: 1.25)]
        running.runningSeconds = 0.7
        return running
    }

    @Test func `a checkpoint is read back bit for bit`() throws {
        let folder = try TemporaryFolder()
        let store = try CheckpointFolder(folder.path)
        for ended in [nil, Checkpoint.End.epochs, .callback("val_loss has not improved")] {
            var checkpoint = example()
            checkpoint.ended = ended
            try store.save(checkpoint)
            let loaded = try #require(try store.load())
            #expect(loaded.checkpoint == checkpoint)
            #expect(loaded.checkpoint.weights.map(\.bitPattern) == checkpoint.weights.map(\.bitPattern))
            #expect(loaded.warning == nil)
        }
        #expect(folder.names == [".lock", "latest.checkpoint", "previous.checkpoint"])
    }

    @Test func `an empty folder has no checkpoint`() throws {
        let folder = try TemporaryFolder()
        #expect(try CheckpointFolder(folder.path + "/new/below").load() == nil)
    }

    @Test func `truncations and flipped bits anywhere are noticed, and the checkpoint before is used`() throws {
        let folder = try TemporaryFolder()
        let store = try CheckpointFolder(folder.path)
        try store.save(example(epoch: 1))
        try store.save(example(epoch: 2))
        let good = try folder.read("latest.checkpoint")
        var damages: [[UInt8]] = stride(from: 0, to: good.count, by: 5).map { place in
            var bytes = good
            bytes[place] ^= 1 << UInt8(place % 8)
            return bytes
        }
        damages += stride(from: 0, to: good.count, by: 31).map { Array(good[..<$0]) }
        damages += [good + [0], [UInt8](repeating: 0xFF, count: 200), Array("APUSCKPT".utf8) + [UInt8](repeating: 0xFF, count: 100)]
        for (index, bytes) in damages.enumerated() {
            try folder.write(bytes, to: "latest.checkpoint")
            let loaded = try #require(try store.load(), "damage \(index)")
            #expect(loaded.checkpoint == example(epoch: 1), "damage \(index)")
            let warning = try #require(loaded.warning, "damage \(index)")
            #expect(warning.contains("latest.checkpoint cannot be used") && warning.contains("previous.checkpoint"))
        }
    }

    @Test func `a file whose checksums are right and whose contents are not is refused, naming the section`() throws {
        let folder = try TemporaryFolder()
        let store = try CheckpointFolder(folder.path)
        try store.save(example())
        let good = try CheckpointContainer(decoding: folder.read("latest.checkpoint"), name: "good")
        #expect(good.sections.map(\.name) == ["info", "numbers", "history", "weights", "optimizer/momentum", "optimizer/velocity", "best"])
        for (index, section) in good.sections.enumerated() {
            let wrong: [[UInt8]?] = [nil, section.bytes + [0], Array(section.bytes.dropLast(3)), [UInt8](repeating: 0xFF, count: 64)]
            for bytes in wrong {
                // Any multiple of four bytes is a good array of floats, and an optimiser may have other slots.
                if section.name.hasPrefix("optimizer"), bytes == nil || bytes!.count % 4 == 0 { continue }
                if section.name == "weights", let bytes, bytes.count % 4 == 0 { continue }
                var changed = good
                changed.sections.remove(at: index)
                if let bytes { changed.sections.insert((section.name, bytes), at: index) }
                try folder.write(changed.encoded(), to: "latest.checkpoint")
                let error = #expect(throws: CheckpointError.self, "\(section.name)") { try store.load() }
                #expect(error?.code == .damaged && error?.description.contains("'\(section.name)'") == true, "\(section.name): \(error!)")
            }
        }
    }

    @Test func `a damaged checkpoint never replaces the good one before it`() throws {
        let folder = try TemporaryFolder()
        var store: CheckpointFolder? = try CheckpointFolder(folder.path)
        try store?.save(example(epoch: 1))
        try store?.save(example(epoch: 2))
        try folder.write([1, 2, 3], to: "latest.checkpoint")
        _ = try store?.load()
        try store?.save(example(epoch: 3))
        try folder.write([1, 2, 3], to: "latest.checkpoint")
        store = nil
        let loaded = try #require(try CheckpointFolder(folder.path).load())
        #expect(loaded.checkpoint == example(epoch: 1))
    }

    @Test func `a kill between the renames loses nothing`() throws {
        let folder = try TemporaryFolder()
        let store = try CheckpointFolder(folder.path)
        try store.save(example(epoch: 1))
        // What is on disk after latest became previous and before the new one took its name.
        let latest = try folder.read("latest.checkpoint")
        try folder.write(latest, to: "previous.checkpoint")
        try folder.write(Array(latest.prefix(100)), to: "latest.checkpoint.incomplete")
        folder.remove("latest.checkpoint")
        #expect(try #require(try store.load()).checkpoint == example(epoch: 1))
        try store.save(example(epoch: 2))
        #expect(try #require(try store.load()).checkpoint == example(epoch: 2))
        #expect(folder.names == [".lock", "latest.checkpoint", "previous.checkpoint"])
    }

    @Test func `when no checkpoint can be used the error says why, for each`() throws {
        let folder = try TemporaryFolder()
        let store = try CheckpointFolder(folder.path)
        try folder.write(Array("PK not a checkpoint".utf8), to: "latest.checkpoint")
        try folder.write([], to: "previous.checkpoint")
        let error = #expect(throws: CheckpointError.self) { try store.load() }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("latest.checkpoint cannot be used: it is not an Apus checkpoint") == true)
        #expect(error?.description.contains("previous.checkpoint") == true)
    }

    @Test func `two runs cannot write to one folder`() throws {
        let folder = try TemporaryFolder()
        let first = try CheckpointFolder(folder.path)
        let error = #expect(throws: CheckpointError.self) { try CheckpointFolder(folder.path) }
        #expect(error?.code == .locked)
        withExtendedLifetime(first) {}
    }

    @Test func `a folder that cannot be written is an error that names it`() {
        let error = #expect(throws: CheckpointError.self) { try CheckpointFolder("/proc/apus/checkpoints") }
        #expect(error?.code == .io)
        #expect(error?.description.contains("/proc/apus") == true)
    }
}
