import ApusTensor
import Testing

@Suite struct WindowTests {
    private let rows = Tensor(shape: [5, 2], (0..<10).map(Float.init))

    /// The windows of `rows`, copied one by one.
    private func copies(_ rows: Tensor, steps: Int) -> Tensor {
        let (count, features) = (rows.shape[0] - steps + 1, rows.shape[1])
        return Tensor(shape: [count, steps, features], (0..<count).flatMap { rows.rows($0..<$0 + steps).scalars })
    }

    private func address(_ tensor: Tensor) -> UnsafePointer<Float> { tensor.withRows { base, _ in base } }

    @Test func `windows overlap in the memory of their rows`() {
        let windows = Tensor(windowsOf: rows, steps: 3)
        #expect(windows.shape == [3, 3, 2])
        #expect(windows.count == 18)
        #expect(!windows.isContiguous)
        #expect(address(windows) == address(rows))
        #expect(windows.withRows { _, stride in stride } == 2)
        #expect(windows.scalars == [0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7, 8, 9])
    }

    @Test(arguments: 1...5) func `windows equal copies of them`(steps: Int) {
        let windows = Tensor(windowsOf: rows, steps: steps)
        let copies = copies(rows, steps: steps)
        #expect(windows == copies && copies == windows)
        #expect(windows.scalars == copies.scalars)
        #expect(windows.withUnsafeBufferPointer { Array($0) } == copies.scalars)
        for first in 0..<windows.shape[0] {
            let range = first..<windows.shape[0]
            #expect(windows.rows(range) == copies.rows(range))
            #expect(windows.rows(range).scalars == copies.rows(range).scalars)
            #expect(address(windows.rows(range)) == address(rows) + first * 2)
        }
    }

    @Test func `windows of a slice begin at its first row`() {
        #expect(Tensor(windowsOf: rows.rows(1..<4), steps: 2).scalars == [2, 3, 4, 5, 4, 5, 6, 7])
    }

    @Test func `fewer rows than steps make no window`() {
        #expect(Tensor(windowsOf: rows, steps: 6).shape == [0, 6, 2])
        #expect(Tensor(windowsOf: rows, steps: 6).scalars.isEmpty)
        #expect(Tensor(windowsOf: Tensor(zeros: [0, 2]), steps: 1).isFinite)
    }

    @Test func `another difference is found in any window`() {
        let windows = Tensor(windowsOf: rows, steps: 3)
        for index in 0..<windows.count {
            var other = windows
            other.withUnsafeMutableBufferPointer { $0[index] += 1 }
            #expect(other != windows)
        }
    }

    @Test func `writing copies the windows and leaves the rows`() {
        var windows = Tensor(windowsOf: rows, steps: 3)
        windows.withUnsafeMutableBufferPointer { $0[2] = 99 }
        #expect(windows.scalars == [0, 1, 99, 3, 4, 5, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7, 8, 9])
        #expect(windows.isContiguous)
        #expect(rows.scalars == (0..<10).map(Float.init))
    }

    @Test func `a single window is written to without changing its rows`() {
        var window = Tensor(windowsOf: rows, steps: 5)
        #expect(window.isContiguous)
        window.withUnsafeMutableBufferPointer { $0[0] = 7 }
        #expect(rows.scalars[0] == 0 && window.scalars[0] == 7)
    }

    @Test func `reshaping within a window shares memory, other shapes copy`() {
        let windows = Tensor(windowsOf: rows, steps: 3)
        let flat = windows.reshaped([3, 6])
        #expect(address(flat) == address(rows))
        #expect(flat.scalars == windows.scalars)
        let whole = windows.reshaped([18])
        #expect(whole.isContiguous && whole.scalars == windows.scalars)
    }

    @Test func `values that are not finite are found in any row, and only in the rows that windows cover`() {
        for row in 0..<5 {
            var rows = rows
            rows.withUnsafeMutableBufferPointer { $0[row * 2 + 1] = .nan }
            #expect(!Tensor(windowsOf: rows, steps: 3).isFinite)
            #expect(Tensor(windowsOf: rows, steps: 2).rows(0..<2).isFinite == (row > 2))
            #expect(Tensor(windowsOf: rows, steps: 2).rows(2..<4).isFinite == (row < 2))
        }
    }

    @Test func `borrowed memory is kept alive by windows of it`() {
        final class Owner {
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 6)
            init() { memory.initialize(repeating: 3) }
            deinit { memory.deallocate() }
        }
        weak var watched: Owner?
        do {
            let windows: Tensor
            do {
                let owner = Owner()
                watched = owner
                windows = Tensor(
                    windowsOf: Tensor(shape: [3, 2], borrowing: UnsafeBufferPointer(owner.memory), owner: owner), steps: 2)
            }
            #expect(watched != nil)
            #expect(windows.scalars == [Float](repeating: 3, count: 8))
        }
        #expect(watched == nil)
    }
}
