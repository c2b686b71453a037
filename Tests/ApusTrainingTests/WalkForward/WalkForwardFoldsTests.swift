import ApusJSON
import ApusTraining
import Testing

/// Reference: Tests/References/training_walk_forward.py (scikit-learn's TimeSeriesSplit).
@Suite struct WalkForwardFoldsTests {
    @Test func `the ranges are scikit-learn's, and what it refuses is refused`() throws {
        for item in try Fixture.json("walk_forward.json").list() {
            let (rows, count, gap) = (try #require(item[0]?.int), try #require(item[1]?.int), try #require(item[2]?.int))
            let reference = try #require(item[5])
            let folds = try? WalkForwardFolds(rows: rows, folds: count, gap: gap, trainingRows: item[3]?.int, evaluationRows: item[4]?.int)
            guard !reference.isNull else {
                #expect(folds == nil, "\(item)")
                continue
            }
            let ranges = try #require(folds, "\(item)").map {
                [$0.training.lowerBound, $0.training.upperBound, $0.evaluation.lowerBound, $0.evaluation.upperBound]
            }
            #expect(try ranges == reference.list().map { try $0.ints() }, "\(item)")
        }
    }

    @Test func `no target of a training row reaches into the evaluation part when the gap is the horizon`() throws {
        let horizon = 4
        for fold in try WalkForwardFolds(rows: 103, folds: 5, gap: horizon) {
            #expect(fold.training.upperBound - 1 + horizon < fold.evaluation.lowerBound)
            #expect(fold.training.lowerBound == 0 && fold.evaluation.count == 17)
        }
    }

    @Test func `one fold is a split in two`() throws {
        let folds = try WalkForwardFolds(rows: 10, folds: 1, evaluationRows: 3)
        #expect(folds.map(\.training) == [0..<7] && folds.map(\.evaluation) == [7..<10])
    }

    @Test func `impossible numbers are refused with the values and what to change`() {
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        #expect(message { _ = try WalkForwardFolds(rows: 10, folds: 0) }.contains("folds is 0"))
        #expect(message { _ = try WalkForwardFolds(rows: 10, gap: -1) }.contains("is -1"))
        #expect(message { _ = try WalkForwardFolds(rows: 10, trainingRows: 0) }.contains("training part is 0"))
        #expect(message { _ = try WalkForwardFolds(rows: 10, evaluationRows: 0) }.contains("evaluation part is 0"))
        #expect(message { _ = try WalkForwardFolds(rows: 5, folds: 5) }.contains("5 rows do not suffice for 5 folds that evaluate 1 rows each"))
        #expect(message { _ = try WalkForwardFolds(rows: 20, folds: 3, gap: 4) } == "no error")
        #expect(message { _ = try WalkForwardFolds(rows: 20, folds: 3, gap: .max) }.contains("smaller gap"))
        #expect(message { _ = try WalkForwardFolds(rows: 20, folds: .max, evaluationRows: .max) }.contains("fewer folds"))
        #expect(message { _ = try WalkForwardFolds(rows: 20, folds: .max) }.contains("fewer folds"))
    }
}
