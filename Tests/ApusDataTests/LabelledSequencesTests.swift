import ApusData
import Testing

@Suite struct LabelledSequencesTests {
    /// Writes small arrays (6 sequences of 2 steps and 3 features) and loads them.
    private func load(
        inputs: [Float] = (0..<36).map { Float($0) }, shape: [Int] = [6, 2, 3], classes: [Int32] = [0, 1, 2, 3, -1, -1],
        bars: [Int32] = [5, 4, 3, 2, -1, -1], sample: Double = 1
    ) throws -> LabelledSequences {
        try withTemporaryFolder { folder in
            try NumPyArray.save(inputs, shape: shape, to: "\(folder)/x.npy")
            try NumPyArray.save(classes, shape: [classes.count], to: "\(folder)/c.npy")
            try NumPyArray.save(bars, shape: [bars.count], to: "\(folder)/b.npy")
            return try LabelledSequences.load(
                sequences: "\(folder)/x.npy", classes: "\(folder)/c.npy", bars: "\(folder)/b.npy", sample: sample, featureNames: ["a", "b", "c"])
        }
    }

    @Test func `an unlabelled tail is dropped without copying`() throws {
        let data = try load()
        #expect(data.count == 4 && data.droppedUnlabelled == 2 && data.inputs.isMapped)
        #expect(data.inputs.array == (0..<24).map { Float($0) })
        #expect(data.inputs(of: 1..<2).array == [6, 7, 8, 9, 10, 11])
    }

    @Test func `unlabelled rows in the middle are dropped too, whichever label is missing`() throws {
        let data = try load(classes: [0, -1, 2, 3, 1, 1], bars: [5, 4, 3, -1, 2, 0])
        #expect(data.classes == [0, 2, 1, 1] && data.bars == [5, 3, 2, 0] && data.droppedUnlabelled == 2)
        #expect(data.inputs.array == [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17] + (24..<36).map { Float($0) })
    }

    @Test func `a sample keeps the most recent labelled rows`() throws {
        let data = try load(sample: 0.5)
        #expect(data.classes == [2, 3] && data.droppedBySample == 2 && data.inputs.array.first == 12)
        #expect(throws: DataError.self) { try load(sample: 0) }
        #expect(throws: DataError.self) { try load(sample: 1.5) }
    }

    @Test func `targets are one-hot and log1p`() throws {
        let data = try load()
        #expect(data.oneHotClasses(of: 1..<3) == [0, 1, 0, 0, 0, 0, 1, 0])
        #expect(abs(data.logBars(of: 0..<1)[0] - 1.791759469) < 1e-6)
        #expect(data.classDistribution(of: 0..<4).shares == [0.25, 0.25, 0.25, 0.25])
        #expect(data.barStatistics(of: 0..<4)?.median == 3.5)
    }

    @Test func `NaN and infinite inputs are reported with place and count`() throws {
        var inputs = (0..<36).map { Float($0) }
        inputs[10] = .nan
        inputs[11] = .infinity
        inputs[20] = -.infinity
        #expect { try load(inputs: inputs) } throws: {
            "\($0)".contains("3 values in 2 of 4 sequences are NaN or infinite; the first is nan in sequence 1, step 1, feature 1 'b'")
        }
        // Rows without a label are never used.
        inputs = (0..<36).map { Float($0) }
        inputs[30] = .nan
        #expect(try load(inputs: inputs).count == 4)
    }

    @Test func `shapes and labels that do not fit are refused with their values`() {
        #expect { try load(classes: [0, 1]) } throws: { "\($0)".contains("the shape is (2,), but there are 6 sequences") }
        #expect { try load(shape: [6, 6]) } throws: { "\($0)".contains("shape (6, 6)") }
        #expect { try load(classes: [0, 1, 4, 7, 0, 0]) } throws: {
            "\($0)".contains("2 rows have a class outside 0 ..< 4") && "\($0)".contains("is 4 in row 2")
        }
        #expect { try load(bars: [1, -7, 1, 1, 1, 1]) } throws: { "\($0)".contains("the first is -7 in row 1") }
        #expect { try load(classes: [-1, -1, -1, -1, -1, -1]) } throws: { "\($0)".contains("none of the 6 rows has a label") }
    }

    @Test func `the split is chronological with Python's rounding`() throws {
        let split = try ChronologicalSplit(rowCount: 219_604)
        #expect(split.training == 0..<153_722 && split.validation == 153_722..<186_662 && split.test == 186_662..<219_604)
        #expect(throws: DataError.self) { try ChronologicalSplit(rowCount: 5) }
        #expect(throws: DataError.self) { try ChronologicalSplit(rowCount: 100, training: 0.9, validation: 0.2) }
    }
}
