package import ApusCUDA

/// How long a launch of a step takes, and what it asks of the device.
package struct CUDAKernelTime {
    package let function: CUDAFunction
    /// Blocks along x, y and z; along z there is one for each model.
    package let grid: CUDASize
    /// Threads of a block.
    package let threads: Int
    /// Bytes of a block's shared memory that the launch asks for, beside the kernel's own.
    package let dynamicSharedBytes: Int
    package let microseconds: Double
}

extension CUDATrainingStep {
    /// The time of each launch of a training step without clipping, in order.
    ///
    /// Each is done `count` times in a row as one graph, on the first batch of the last burst, which must have been of training. So what it reads
    /// may still be in the caches, and the gap between two kernels of a graph, about a microsecond, is within its time. Afterwards the
    /// parameters are those of no step.
    package func kernelTimes(count: Int) throws(CUDAError) -> [CUDAKernelTime] {
        precondition(count > 0)
        try burst.status.device.fill(byte: 0, on: stream)
        var times: [CUDAKernelTime] = []
        // Going on to the next step, over and over, would leave the burst.
        for call in plan.calls(.training(.none)) where call.kernel != "advance" {
            let microseconds = try microseconds(of: call, count: count)
            times.append(
                CUDAKernelTime(
                    function: library.function(call.kernel), grid: call.size(models: plan.models), threads: call.threads,
                    dynamicSharedBytes: call.sharedBytes, microseconds: microseconds))
        }
        return times
    }

    private func microseconds(of call: KernelCall, count: Int) throws(CUDAError) -> Double {
        let tables = tables
        let graph = try stream.capture { () throws(CUDAError) in
            for _ in 0..<count { try library.launch(call, models: plan.models, tables, on: stream) }
        }
        let (start, end) = (try CUDAEvent(stream.context), try CUDAEvent(stream.context))
        try graph.launch(on: stream)
        try start.record(on: stream)
        try graph.launch(on: stream)
        try end.record(on: stream)
        try end.synchronize()
        return Double(try end.milliseconds(since: start)) * 1e3 / Double(count)
    }
}
