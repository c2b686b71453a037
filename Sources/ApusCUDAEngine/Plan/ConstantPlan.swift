import ApusTensor

/// What is written to a slab once: the tables of positions, and the words that key the dropout masks.
struct ConstantPlan {
    /// In the order of the operations that add them, which is the same in training and evaluation.
    let tables: [(place: Int, values: [Float])]
    /// Places of two words, by number of the layer.
    let dropoutKeys: [Int: Int]

    init(_ training: Tape, in slab: inout SlabPlan) {
        var tables: [(place: Int, values: [Float])] = []
        var keys: [Int: Int] = [:]
        for operation in training.operations {
            switch operation {
            case let add as AddTableOp: tables.append((slab.reserve(add.table.count), add.table))
            case let dropout as DropoutOp: keys[dropout.layer] = slab.reserve(2)
            case let attention as AttentionOp where attention.rate > 0: keys[attention.layer] = slab.reserve(2)
            default: break
            }
        }
        self.tables = tables
        dropoutKeys = keys
    }
}
