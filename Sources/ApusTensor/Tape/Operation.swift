/// One step of a tape. An operation computes its outputs from its inputs and parameters, and their gradients from the gradients of its outputs.
///
/// Operations are values without state: all memory is in the frame, so threads share them.
package protocol Operation: Sendable {
    /// Derives what the operation needs from the parameters (packed weights); runs when they have changed.
    func prepare(_ frame: Frame)
    func forward(_ frame: Frame)
    /// Adds to the gradients of the parameters, and writes the gradients of the inputs (or adds, where `frame.accumulates` says so).
    func backward(_ frame: Frame)
}

extension Operation {
    package func prepare(_ frame: Frame) {}
    package func backward(_ frame: Frame) {}
}
