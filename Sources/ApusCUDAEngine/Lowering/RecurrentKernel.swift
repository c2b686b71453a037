import CApusCUDA

/// Which of the kernels of a recurrent layer runs it: the smallest whose weights stay on the chip, or the one for any size.
struct RecurrentKernel {
    /// Ending of the kernels' names.
    let suffix: String
    let grid: Grid
    let threads: Int
    let sharedBytes: Int

    /// - Parameters:
    ///   - units: H of the layer.
    ///   - rows: of a batch.
    ///   - wideBytes: dynamic shared memory of the kernel for 128 units.
    ///   - sharedBytes: most that a block of the device can have.
    init(units: Int, rows: Int, wideBytes: Int, sharedBytes: Int) {
        // Beside the dynamic memory the kernels have a few kilobytes of their own.
        let own = 8192
        let widths = [16, 32, 64] + (wideBytes + own <= sharedBytes ? [128] : [])
        guard let width = widths.first(where: { units <= $0 }) else {
            let rowsOfBlock = Int(APUS_CUDA_RECURRENT_ROWS)
            suffix = ""
            grid = Grid(x: (rows + rowsOfBlock - 1) / rowsOfBlock)
            threads = 256
            self.sharedBytes = 0
            return
        }
        suffix = "_\(width)"
        grid = Grid(x: rows)
        threads = 4 * width
        self.sharedBytes = width == 128 ? wideBytes : 0
    }
}
