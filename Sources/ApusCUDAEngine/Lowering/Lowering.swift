import ApusCUDA
import ApusNN
import ApusTensor
import CApusCUDA

/// Turns the recorded operations of a model into kernel launches.
///
/// Operations on single rows (activations, dropout, norms, losses, dense layers of vectors) that follow one another become one launch, a
/// program of instructions that a block runs for its row; products, recurrences, attention and means over time are kernels of their own.
/// Gradients of parameters are left to the end of the backward pass, where one launch computes all of them.
struct Lowering {
    let tape: Tape
    private let model: ModelTape
    let capacity: Int
    let parameters: FlatPlan
    let constants: ConstantPlan
    private let results: ResultPlan
    /// Most shared memory of a block.
    let sharedBytes: Int
    private let firstInstruction: Int

    var slab: SlabPlan
    var instructions: [apus_cuda_instruction_t] = []
    var weightGradients: [apus_cuda_weight_gradient_t] = []
    /// Number of the next table of `constants`.
    var nextTable = 0
    /// Number of the operation that is being lowered.
    private(set) var operation = 0
    private var data: [Value: Int] = [:]
    private var gradients: [Value: Int] = [:]
    private var targets: [Int: (targets: Int, weights: Int)] = [:]

    /// - Parameter firstInstruction: number that the first instruction will have in the table of all passes.
    init(
        _ model: ModelTape, capacity: Int, parameters: FlatPlan, constants: ConstantPlan, results: ResultPlan, slab: SlabPlan, sharedBytes: Int,
        firstInstruction: Int = 0
    ) {
        self.model = model
        tape = model.tape
        self.capacity = capacity
        self.parameters = parameters
        self.constants = constants
        self.results = results
        self.slab = slab
        self.sharedBytes = sharedBytes
        self.firstInstruction = firstInstruction
    }

    var isTraining: Bool { tape.mode == .training }

    mutating func lower() throws(CUDAError) -> PassPlan {
        define(model.input)
        var forward: [Work] = []
        var backward: [[Work]] = []
        for (index, operation) in tape.operations.enumerated() {
            self.operation = index
            let work = try lower(operation)
            forward += work.forward
            backward.append(work.backward)
        }
        for (head, value) in model.outputs.enumerated() {
            forward.append(.rows(steps: 1, [output(value, at: results.outputs[head])]))
        }
        let calls = calls(forward + backward.reversed().flatMap(\.self))
        try checkSizes(calls)
        let losses = model.losses.indices.map { targets[$0] ?? (0, 0) }
        return PassPlan(
            input: place(model.input), inputStride: model.input.stride, targets: losses.map(\.targets), weights: losses.map(\.weights),
            calls: calls)
    }

    /// - Throws: `CUDAError` when a launch has more blocks than a grid may have, or the kernels' offsets within a step do not fit 32 bits.
    private func checkSizes(_ calls: [KernelCall]) throws(CUDAError) {
        let widest = tape.operations.compactMap { ($0 as? LSTMOp)?.units ?? ($0 as? GRUOp)?.units }.max() ?? 0
        let isTooLarge = calls.contains { $0.grid.y > Self.mostBlocksAlongY } || capacity * padded(4 * widest) > Int(Int32.max)
        if isTooLarge { throw CUDAError.unsupported("a batch of \(capacity) rows is more than the kernels take for this model; use a smaller one") }
    }

    private static let mostBlocksAlongY = 65_535

    private mutating func lower(_ operation: any Operation) throws(CUDAError) -> LoweredOperation {
        switch operation {
        case let dense as DenseOp: return lower(dense)
        case let lstm as LSTMOp: return lower(lstm)
        case let gru as GRUOp: return lower(gru)
        case let attention as AttentionOp: return try lower(attention)
        case let mean as StepMeanOp: return lower(mean)
        case let dropout as DropoutOp: return lower(dropout)
        case let gelu as GELUOp: return lower(gelu)
        case let sigmoid as SigmoidOp: return lower(sigmoid)
        case let softmax as SoftmaxOp: return lower(softmax)
        case let norm as LayerNormOp: return lower(norm)
        case let add as AddTableOp: return lower(add)
        case let loss as CrossEntropyOp: return lower(loss)
        case let loss as BinaryCrossEntropyOp: return lower(loss)
        case let loss as SquaredErrorOp: return lower(loss)
        default: throw CUDAError.unsupported("there is no CUDA kernel for \(type(of: operation))")
        }
    }

    /// Launches of the works in order; rows of the same number of steps that follow one another share one.
    private mutating func calls(_ works: [Work]) -> [KernelCall] {
        var calls: [KernelCall] = []
        var program: [apus_cuda_instruction_t] = []
        var steps = 0
        func flush(_ lowering: inout Lowering) {
            if program.isEmpty { return }
            calls.append(lowering.rows(program, steps: steps))
            program = []
        }
        for work in works {
            switch work {
            case .kernel(let call):
                flush(&self)
                calls.append(call)
            case .rows(let count, let more):
                if count != steps { flush(&self) }
                steps = count
                program += more
            }
        }
        flush(&self)
        return calls
    }

    private mutating func rows(_ program: [apus_cuda_instruction_t], steps: Int) -> KernelCall {
        let first = firstInstruction + instructions.count
        instructions += program
        let arguments = apus_cuda_rows_t(
            space: apus_cuda_space_t(), instructions: nil, count: Int32(program.count), rows: Int32(capacity), results: nil,
            result_stride: Int64(results.stride), result_model_stride: 0)
        return KernelCall("rows", grid: Grid(x: steps * capacity), threads: 128) { tables in
            var arguments = arguments
            arguments.instructions = tables.instructions.map { $0 + first }
            arguments.results = tables.results
            arguments.result_model_stride = tables.resultModelStride
            return arguments
        }
    }
}

/// A piece of a pass.
enum Work {
    /// Instructions for every matrix row of values of so many steps.
    case rows(steps: Int, [apus_cuda_instruction_t])
    case kernel(KernelCall)
}

/// What an operation becomes: in the order in which it runs, forward and backward.
struct LoweredOperation {
    var forward: [Work] = []
    var backward: [Work] = []
}

// MARK: Places of values

extension Lowering {
    /// Gives a value memory, and its gradient where it has one.
    mutating func define(_ value: Value) {
        define(value, at: slab.reserve(matrixRows(value) * value.stride))
    }

    /// The same for a value that lies in memory which is there already.
    mutating func define(_ value: Value, at place: Int) {
        data[value] = place
        if tape.hasGradient(value) { gradients[value] = slab.reserve(matrixRows(value) * value.stride) }
    }

    /// Targets (rows, C) and weights (rows) of the next loss.
    mutating func defineTargets(_ inputs: LossInputs, columns: Int) -> (targets: Int, weights: Int) {
        let places = (slab.reserve(capacity * columns), slab.reserve(capacity))
        targets[inputs.index] = places
        return places
    }

    func lossResult(_ inputs: LossInputs) -> Int { results.losses[inputs.index] }

    func matrixRows(_ value: Value) -> Int { value.steps * capacity }

    func place(_ value: Value) -> Int {
        guard let place = data[value] else { preconditionFailure("a value is read before it is computed") }
        return place
    }

    func gradient(_ value: Value) -> Int {
        guard let place = gradients[value] else { preconditionFailure("a gradient that is not there") }
        return place
    }

    func hasGradient(_ value: Value) -> Bool { gradients[value] != nil }

    /// Whether the operation being lowered must add to this gradient.
    func accumulates(_ value: Value) -> Bool { tape.accumulates(value, inOperation: operation) }
}
