import ApusTensor
import CApusCUDA

/// A matrix in a slab: where it begins and floats from row to row.
struct Matrix {
    let place: Int
    let stride: Int

    init(_ place: Int, _ stride: Int) {
        self.place = place
        self.stride = stride
    }
}

// Gradients of parameters: sums over all rows of a batch and all steps, computed together at the end of a step.
extension Lowering {
    /// The gradient of columns of a parameter: Aᵀ B, for A (rows, m) and B (rows, n).
    /// - Parameters:
    ///   - column: the first of n columns.
    ///   - width: columns of the whole parameter.
    mutating func addGradient(
        of slot: ParameterSlot, product a: Matrix, _ b: Matrix, rows: Int, m: Int, n: Int, column: Int = 0, width: Int? = nil
    ) {
        add(APUS_CUDA_PRODUCT, a, b, rows: rows, m: m, n: n, gradient: parameters.gradient(slot) + column, ld: width ?? n)
    }

    /// Σ over rows of A B, element by element.
    mutating func addGradient(of slot: ParameterSlot, elementwise a: Matrix, _ b: Matrix, rows: Int) {
        add(APUS_CUDA_ELEMENTWISE, a, b, rows: rows, m: 1, n: slot.count, gradient: parameters.gradient(slot), ld: slot.count)
    }

    /// Σ over rows of B, for `n` elements of the parameter from `first` on; nil for all.
    mutating func addGradient(of slot: ParameterSlot, sum b: Matrix, rows: Int, first: Int = 0, n: Int? = nil) {
        let n = n ?? slot.count
        add(APUS_CUDA_SUM, nil, b, rows: rows, m: 1, n: n, gradient: parameters.gradient(slot) + first, ld: n)
    }

    private mutating func add(
        _ kind: apus_cuda_weight_gradient_kind_t, _ a: Matrix?, _ b: Matrix, rows: Int, m: Int, n: Int, gradient: Int, ld: Int
    ) {
        if rows == 0 { return }
        let (splitRows, splits) = Self.splits(rows)
        var item = apus_cuda_weight_gradient_t()
        item.kind = Int32(bitPattern: kind.rawValue)
        (item.rows, item.m, item.n) = (Int32(rows), Int32(m), Int32(n))
        (item.a, item.lda) = (Int64(a?.place ?? -1), Int32(a?.stride ?? 0))
        (item.b, item.ldb) = (Int64(b.place), Int32(b.stride))
        (item.splits, item.split_rows) = (Int32(splits), Int32(splitRows))
        item.partials = Int64(slab.reserve(splits * m * n))
        (item.gradient, item.ld) = (Int64(gradient), Int32(ld))
        item.tiles_n = Int32(Self.tiles(n))
        item.first_block = weightGradients.last.map { $0.first_block + Self.blocks($0) } ?? 0
        item.first_sum_block = weightGradients.last.map { $0.first_sum_block + Self.sumBlocks($0) } ?? 0
        weightGradients.append(item)
    }

    /// Parts of a sum over `rows` rows, and rows in each. They depend on nothing but the number of rows, and so do the bits of the sum.
    private static func splits(_ rows: Int) -> (rows: Int, count: Int) {
        let most = 64
        let length = max(64, (rows + most - 1) / most)
        return (length, (rows + length - 1) / length)
    }

    private static func tiles(_ extent: Int) -> Int { (extent + Int(APUS_CUDA_GEMM_TILE) - 1) / Int(APUS_CUDA_GEMM_TILE) }

    static func blocks(_ item: apus_cuda_weight_gradient_t) -> Int32 { item.splits * Int32(tiles(Int(item.m))) * item.tiles_n }

    static func sumBlocks(_ item: apus_cuda_weight_gradient_t) -> Int32 {
        (item.m * item.n + Int32(APUS_CUDA_SUM_ELEMENTS) - 1) / Int32(APUS_CUDA_SUM_ELEMENTS)
    }
}
