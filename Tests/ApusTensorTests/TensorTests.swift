import ApusTensor
import Testing

@Suite struct TensorTests {
    @Test func `copies share memory until one is written`() {
        let a = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
        var b = a
        b.withUnsafeMutableBufferPointer { $0[0] = 9 }
        #expect(a.scalars == [1, 2, 3, 4, 5, 6])
        #expect(b.scalars == [9, 2, 3, 4, 5, 6])
    }

    @Test func `row slices are views that do not write through`() {
        let a = Tensor(shape: [3, 2], [1, 2, 3, 4, 5, 6])
        var rows = a.rows(1..<3)
        #expect(rows.shape == [2, 2])
        #expect(rows.rows(1..<2).scalars == [5, 6])
        rows.withUnsafeMutableBufferPointer { $0[0] = 0 }
        #expect(a.scalars == [1, 2, 3, 4, 5, 6])
        #expect(rows.scalars == [0, 4, 5, 6])
    }

    @Test func `borrowed memory is never written and lives as long as the tensor`() {
        final class Owner {
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4)
            init() { memory.initialize(repeating: 2) }
            deinit { memory.deallocate() }
        }
        weak var watched: Owner?
        do {
            let owner = Owner()
            watched = owner
            var tensor = Tensor(shape: [4], borrowing: UnsafeBufferPointer(owner.memory), owner: owner)
            let memory = owner.memory
            #expect(watched != nil)
            tensor.withUnsafeMutableBufferPointer { $0[0] = 5 }
            #expect(memory[0] == 2)
            #expect(tensor.scalars == [5, 2, 2, 2])
        }
        #expect(watched == nil)
    }

    @Test func `memory begins on a cache line`() {
        let addresses = (0..<8).map { Tensor(zeros: [$0 + 1]).withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) } }
        #expect(addresses.allSatisfy { $0 % 64 == 0 })
    }

    @Test func `not a number and infinity are found at any place`() {
        for bad in [Float.nan, .infinity, -.infinity] {
            for index in 0..<37 {
                var tensor = Tensor(zeros: [37])
                #expect(tensor.isFinite)
                tensor.withUnsafeMutableBufferPointer { $0[index] = bad }
                #expect(!tensor.isFinite)
            }
        }
        #expect(Tensor(shape: [1], [Float.greatestFiniteMagnitude]).isFinite)
    }
}
