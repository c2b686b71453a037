import ApusCUDA
import CApusCUDA

// The graphs of a step: recorded once, launched for every step.
extension CUDATrainingStep {
    /// What a graph does.
    enum GraphKey: Hashable {
        case training(CUDAClipping)
        case evaluation
    }

    func graph(_ key: GraphKey) throws(CUDAError) -> CUDAGraph {
        if let graph = graphs[key] { return graph }
        let (calls, tables) = (plan.calls(key), tables)
        let graph = try stream.capture { () throws(CUDAError) in
            for call in calls { try library.launch(call, models: plan.models, tables, on: stream) }
        }
        try graph.upload(on: stream)
        graphs[key] = graph
        return graph
    }

    var tables: DeviceTables {
        DeviceTables(
            space: apus_cuda_space_t(
                slab: slab.pointer(to: Float.self), stride: Int64(plan.slabCount), controls: burst.controls.pointer,
                control_stride: Int64(burst.capacity), status: burst.status.pointer),
            trainingItems: trainingItems.pointer, evaluationItems: evaluationItems.pointer, indices: burst.indices.pointer,
            instructions: instructions.pointer, weightGradients: weightGradients.pointer, results: burst.results.pointer,
            resultModelStride: Int64(burst.resultModelStride))
    }
}
