/// What training computes on.
public enum TrainingDevice: String, Sendable, CaseIterable {
    /// An NVIDIA GPU where there is one that the model fits, else the CPU.
    case automatic
    case cpu
    /// An NVIDIA GPU, or an error that says why not.
    case cuda
}
