package import ApusCUDA
package import ApusTensor
import CApusCUDA

/// A set of examples as the device reads it: whole in its memory, or, where it does not fit, the rows of one burst at a time.
package final class DeviceExamples {
    /// One array of the set: inputs, a head's targets, or the weights of its rows.
    private struct Source {
        /// (N, ...); nil for ones.
        let tensor: Tensor?
        /// On the device: the whole array, or room for the rows of a burst.
        let memory: DeviceMemory?
        /// Floats from one example to the next on the device.
        let stride: Int
        /// Rows of a burst on the host, where the set does not fit.
        let staged: PinnedMemory<Float>?
    }

    package let isResident: Bool
    private let sources: [Source]

    /// Share of the free memory that a set may take.
    private static let share = 0.6

    /// - Parameters:
    ///   - inputs: (N, T, F) or (N, F).
    ///   - targets: one per head, (N, C).
    ///   - weights: one per head, a weight for each example, or nil for all 1.
    ///   - burstRows: rows of a burst at most.
    package init(inputs: Tensor, targets: [Tensor?], weights: [[Float]?], burstRows: Int, on stream: CUDAStream) throws(CUDAError) {
        let tensors = [inputs] + targets + weights.map { $0.map { Tensor(shape: [$0.count], $0) } }
        let bytes = tensors.reduce(0) { $0 + ($1.map(Self.extent) ?? 0) } * MemoryLayout<Float>.stride
        isResident = try Double(bytes) <= Self.share * Double(stream.context.memory().free)
        var sources: [Source] = []
        for tensor in tensors { sources.append(try Self.source(tensor, isResident: isResident, burstRows: burstRows, stream)) }
        self.sources = sources
    }

    /// Floats of memory that a tensor covers, overlapping rows counted once.
    private static func extent(_ tensor: Tensor) -> Int {
        let rows = tensor.shape.first ?? 1
        return rows == 0 ? 0 : tensor.withRows { _, stride in (rows - 1) * stride } + tensor.rowLength
    }

    private static func source(_ tensor: Tensor?, isResident: Bool, burstRows: Int, _ stream: CUDAStream) throws(CUDAError) -> Source {
        guard let tensor else { return Source(tensor: nil, memory: nil, stride: 0, staged: nil) }
        if !isResident {
            let count = burstRows * tensor.rowLength
            return Source(
                tensor: tensor, memory: try DeviceMemory(Float.self, count: count, stream.context), stride: tensor.rowLength,
                staged: try PinnedMemory(count: count, stream.context))
        }
        let count = extent(tensor)
        let memory = try DeviceMemory(Float.self, count: count, stream.context)
        let stride = try tensor.withRows { base, stride throws(CUDAError) in
            try upload(UnsafeBufferPointer(start: base, count: count), to: memory, on: stream)
            return stride
        }
        return Source(tensor: tensor, memory: memory, stride: stride, staged: nil)
    }

    /// Copies through pinned memory of a bounded size.
    private static func upload(_ floats: UnsafeBufferPointer<Float>, to memory: DeviceMemory, on stream: CUDAStream) throws(CUDAError) {
        let piece = 4 << 20
        let staging = try PinnedMemory<Float>(count: min(floats.count, piece), stream.context)
        for start in Swift.stride(from: 0, to: floats.count, by: piece) {
            let range = start..<min(start + piece, floats.count)
            _ = staging.elements.update(fromContentsOf: floats[range])
            try memory.upload(staging, 0..<range.count, to: start * MemoryLayout<Float>.stride, on: stream)
            try stream.synchronize()
        }
    }

    /// Where the examples of a pass come from and go to: inputs, then targets, then weights.
    func items(of pass: PassPlan, steps: Int, features: Int, targetColumns: [Int]) -> [apus_cuda_gather_item_t] {
        let shapes = [(steps, features, pass.inputStride)] + targetColumns.map { (1, $0, $0) } + targetColumns.map { _ in (1, 1, 1) }
        let places = [pass.input] + pass.targets + pass.weights
        return zip(zip(shapes, places), sources).map { target, source in
            let ((steps, features, stride), place) = target
            return apus_cuda_gather_item_t(
                source: source.memory.map { UnsafePointer($0.pointer(to: Float.self)) }, source_stride: Int64(source.stride),
                steps: Int32(steps), features: Int32(features), to: Int64(place), to_stride: Int32(stride))
        }
    }

    /// Writes the numbers of the rows of a burst as the device is to find them, and brings the rows themselves where the set is not there.
    func stage(_ batches: [ArraySlice<Int>], into indices: UnsafeMutableBufferPointer<Int32>, on stream: CUDAStream) throws(CUDAError) {
        var place = 0
        for batch in batches {
            for row in batch {
                indices[place] = Int32(isResident ? row : place)
                place += 1
            }
        }
        if isResident { return }
        for source in sources {
            guard let tensor = source.tensor, let memory = source.memory, let staged = source.staged else { continue }
            let length = source.stride
            tensor.withRows { base, stride in
                for (place, row) in batches.joined().enumerated() {
                    (staged.elements.baseAddress! + place * length).update(from: base + row * stride, count: length)
                }
            }
            try memory.upload(staged, 0..<place * length, on: stream)
        }
    }
}
