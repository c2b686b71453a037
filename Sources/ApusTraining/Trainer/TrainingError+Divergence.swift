import ApusTensor

extension TrainingError {
    /// A loss or a gradient that is not finite: where it happened, and what may help.
    static func diverged(
        _ fault: String, state: Checkpoint, learningRate: Float, inputs: Tensor, rows: ArraySlice<Int>, saved: Bool
    ) -> TrainingError {
        let width = inputs.shape.dropFirst().reduce(1, *)
        let features = inputs.shape.count > 1 ? inputs.shape[inputs.shape.count - 1] : 1
        var extreme: (value: Float, row: Int, place: Int) = (0, rows.first ?? 0, 0)
        inputs.withRows { base, stride in
            for row in rows {
                let values = UnsafeBufferPointer(start: base + row * stride, count: width)
                for place in 0..<width where values[place].magnitude > extreme.value.magnitude { extreme = (values[place], row, place) }
            }
        }
        let last = state.history.epochs.last.flatMap { $0.logs["loss"] }.map { " The last whole epoch had a loss of \($0)." } ?? ""
        return TrainingError(
            .diverged,
            "Training diverged in epoch \(state.position.epoch + 1), step \(state.position.step + 1): \(fault).\(last) "
                + "Lower the learning rate (it is \(learningRate)), or look at the data: the largest input of this batch is \(extreme.value), "
                + "row \(extreme.row), feature \(extreme.place % features).\(saved ? " The last checkpoint is as it was." : "")")
    }
}
