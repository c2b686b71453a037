import ApusTensor
import CApusCUDA

// Dense layers: a product over all matrix rows, or an instruction where a single row is little work.
extension Lowering {
    /// Weights of a vector's dense layer up to which a block multiplies its row alone.
    private static let mostRowWeights = 32_768

    mutating func lower(_ dense: DenseOp) -> LoweredOperation {
        let (input, output) = (dense.input, dense.output)
        define(output)
        let isSmall = !input.isSequence && input.features * output.features <= Self.mostRowWeights
        var lowered = LoweredOperation(forward: [isSmall ? rowDense(dense) : .kernel(product(dense))])
        guard isTraining else { return lowered }

        let activation = activation(dense.activation)
        if activation != APUS_CUDA_LINEAR {
            var instruction = instruction(APUS_CUDA_ACTIVATION_GRADIENT, features: output.features)
            instruction.y = Int64(place(output))
            instruction.dy = Int64(gradient(output))
            instruction.activation = Int32(bitPattern: activation.rawValue)
            lowered.backward.append(.rows(steps: output.steps, [instruction]))
        }
        if hasGradient(input) { lowered.backward.append(isSmall ? rowDenseGradient(dense) : .kernel(productGradient(dense))) }
        let (rows, dy) = (matrixRows(input), Matrix(gradient(output), output.stride))
        addGradient(
            of: dense.kernel, product: Matrix(place(input), input.stride), dy, rows: rows, m: input.features, n: output.features)
        addGradient(of: dense.bias, sum: dy, rows: rows)
        return lowered
    }

    private func activation(_ activation: ElementwiseActivation) -> apus_cuda_activation_t {
        switch activation {
        case .linear: APUS_CUDA_LINEAR
        case .relu: APUS_CUDA_RELU
        case .tanh: APUS_CUDA_TANH
        }
    }

    // MARK: One row

    private func rowDense(_ dense: DenseOp) -> Work {
        var instruction = instruction(APUS_CUDA_DENSE, features: dense.input.features)
        instruction.units = Int32(dense.output.features)
        instruction.activation = Int32(bitPattern: activation(dense.activation).rawValue)
        instruction.x = Int64(place(dense.input))
        instruction.y = Int64(place(dense.output))
        instruction.w = Int64(parameters.value(dense.kernel))
        instruction.b = Int64(parameters.value(dense.bias))
        return .rows(steps: 1, [instruction])
    }

    private func rowDenseGradient(_ dense: DenseOp) -> Work {
        var instruction = instruction(APUS_CUDA_DENSE_GRADIENT, features: dense.input.features)
        instruction.units = Int32(dense.output.features)
        instruction.dx = Int64(gradient(dense.input))
        instruction.dy = Int64(gradient(dense.output))
        instruction.w = Int64(parameters.value(dense.kernel))
        instruction.accumulates = accumulates(dense.input) ? 1 : 0
        return .rows(steps: 1, [instruction])
    }

    // MARK: All rows

    private func product(_ dense: DenseOp) -> KernelCall {
        multiply(
            Matrix(place(dense.input), dense.input.stride), dense.kernel, into: Matrix(place(dense.output), dense.output.stride),
            bias: dense.bias, rows: matrixRows(dense.input), n: dense.output.features, k: dense.input.features,
            activation: activation(dense.activation))
    }

    private func productGradient(_ dense: DenseOp) -> KernelCall {
        multiplyTransposed(
            Matrix(gradient(dense.output), dense.output.stride), dense.kernel,
            into: Matrix(gradient(dense.input), dense.input.stride), rows: matrixRows(dense.input), n: dense.input.features,
            k: dense.output.features, accumulates: accumulates(dense.input))
    }

    /// C = f(A W + b) for A (rows, k) and a parameter W (k, n).
    func multiply(
        _ a: Matrix, _ kernel: ParameterSlot, into c: Matrix, bias: ParameterSlot, rows: Int, n: Int, k: Int,
        activation: apus_cuda_activation_t = APUS_CUDA_LINEAR
    ) -> KernelCall {
        var arguments = apus_cuda_gemm_t()
        (arguments.a, arguments.b, arguments.c) = (Int64(a.place), Int64(parameters.value(kernel)), Int64(c.place))
        arguments.bias = Int64(parameters.value(bias))
        (arguments.m, arguments.n, arguments.k) = (Int32(rows), Int32(n), Int32(k))
        (arguments.lda, arguments.ldb, arguments.ldc) = (Int32(a.stride), Int32(n), Int32(c.stride))
        arguments.activation = Int32(bitPattern: activation.rawValue)
        return gemm(arguments)
    }

    /// C = A Wᵀ, or C += A Wᵀ, for A (rows, k) and a parameter W (n, k).
    func multiplyTransposed(
        _ a: Matrix, _ kernel: ParameterSlot, into c: Matrix, rows: Int, n: Int, k: Int, accumulates: Bool
    ) -> KernelCall {
        var arguments = apus_cuda_gemm_t()
        (arguments.a, arguments.b, arguments.c) = (Int64(a.place), Int64(parameters.value(kernel)), Int64(c.place))
        arguments.bias = -1
        (arguments.m, arguments.n, arguments.k) = (Int32(rows), Int32(n), Int32(k))
        (arguments.lda, arguments.ldb, arguments.ldc) = (Int32(a.stride), Int32(k), Int32(c.stride))
        arguments.transposed_b = 1
        arguments.accumulates = accumulates ? 1 : 0
        return gemm(arguments)
    }

    /// Tiles enough to occupy a large device; with fewer, smaller tiles are more of them.
    private static let manyTiles = 256

    private func gemm(_ arguments: apus_cuda_gemm_t) -> KernelCall {
        let width = Int(APUS_CUDA_GEMM_TILE)
        func tiles(_ extent: Int32, _ size: Int) -> Int { (Int(extent) + size - 1) / size }
        let columns = tiles(arguments.n, width)
        let isSmall = columns * tiles(arguments.m, width) < Self.manyTiles
        return KernelCall(
            isSmall ? "gemm_32" : "gemm", grid: Grid(x: columns, y: tiles(arguments.m, isSmall ? width / 2 : width)),
            threads: Int(APUS_CUDA_GEMM_THREADS), arguments)
    }
}
