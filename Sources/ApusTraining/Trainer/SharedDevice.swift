import ApusCUDA
import ApusNN

/// Where fits that run at the same time compute.
enum SharedDevice {
    /// Each opens the device that its options ask for.
    case own
    /// As members of a group on one GPU.
    case group(CUDAGroup)
    /// On the CPU, whose threads they share; why, where a GPU would have been taken.
    case cpu(reason: String?)

    /// A place for models that are to be trained at the same time, and how many of the first of them it has room for.
    ///
    /// - Parameter seeds: of the masks, one for each model.
    /// - Throws: `CUDAError` when a GPU is insisted on and cannot be used.
    static func open(
        for models: ArraySlice<Model>, seeds: ArraySlice<UInt64>, _ options: TrainingOptions
    ) throws(CUDAError) -> (place: SharedDevice, count: Int) {
        var count = models.count
        while true {
            do throws(CUDAError) {
                return (try SharedDevice(for: Array(models.prefix(count)), seeds: Array(seeds.prefix(count)), options), count)
            } catch {
                guard error.kind == .outOfMemory, count > 1 else { throw error }
                count = (count + 1) / 2
            }
        }
    }

    /// - Throws: also under `automatic` that there is no room for several models; there may be for fewer.
    private init(for models: [Model], seeds: [UInt64], _ options: TrainingOptions) throws(CUDAError) {
        guard options.device != .cpu else {
            self = .cpu(reason: nil)
            return
        }
        let shapes = models.map { $0.parameters.map(\.shape) }
        guard let first = shapes.first, shapes.allSatisfy({ $0 == first }) else {
            self = .own
            return
        }
        do throws(CUDAError) {
            try CUDAEngine.check(options.optimizer)
            self = .group(
                try CUDAGroup(
                    models: models, batchSize: options.batchSize, seeds: seeds, positiveWeights: options.positiveWeights, device: options.gpu()))
        } catch {
            let mayFit = error.kind == .outOfMemory && models.count > 1
            guard options.device == .automatic, !mayFit else { throw error }
            self = .cpu(reason: error.message)
        }
    }

    /// The GPU that all share.
    var gpu: String? {
        if case .group(let group) = self { group.device.name } else { nil }
    }

    var fallbackReason: String? {
        if case .cpu(let reason) = self { reason } else { nil }
    }
}
