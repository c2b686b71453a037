import Glibc

/// How the learning rate changes from one optimiser step to the next: a factor of the optimiser's learning rate, for each step.
///
/// ```swift
/// options.learningRateSchedule = LearningRateSchedule(.cosine(steps: 5_000, floor: 0.01), warmup: .init(steps: 200))
/// ```
/// The factor is a function of the number of steps done since the run began and of nothing else, so a resumed run goes on with the same bits.
/// What `ReduceLROnPlateau` makes of the optimiser's learning rate is multiplied by the factor too.
public struct LearningRateSchedule: Equatable, Sendable {
    /// What follows the warm-up; t counts steps from its end.
    public enum Decay: Equatable, Sendable {
        /// Factor 1.
        case constant
        /// factor^⌊t / every⌋, as PyTorch's `StepLR`.
        case step(factor: Double, every: Int)
        /// factor^(t / every), as Keras's `ExponentialDecay`; with every = 1 PyTorch's `ExponentialLR`.
        case exponential(factor: Double, every: Int)
        /// floor + (1 - floor) (1 + cos(π t / steps)) / 2 until t = steps, then floor, as Keras's `CosineDecay` (Loshchilov and Hutter 2017,
        /// without restarts). PyTorch's `CosineAnnealingLR` is the same until then, with `eta_min` = floor times the learning rate.
        case cosine(steps: Int, floor: Double)
    }

    /// A rise in a straight line from `start` to 1 over the first `steps` steps, as PyTorch's `LinearLR`.
    public struct Warmup: Equatable, Sendable {
        public var steps: Int
        /// The factor of the first step.
        public var start: Double

        public init(steps: Int, start: Double = 0.01) {
            self.steps = steps
            self.start = start
        }
    }

    public var decay: Decay
    public var warmup: Warmup?

    public init(_ decay: Decay, warmup: Warmup? = nil) {
        self.decay = decay
        self.warmup = warmup
    }

    /// The factor of the learning rate for the step that follows `step` others.
    public func factor(step: UInt64) -> Double {
        guard let warmup, warmup.steps > 0 else { return decay.factor(Double(step)) }
        if step < UInt64(warmup.steps) { return warmup.start + (1 - warmup.start) * (Double(step) / Double(warmup.steps)) }
        return decay.factor(Double(step - UInt64(warmup.steps)))
    }

    /// As written in a program: what must be equal for a run to be resumed.
    public var settings: String {
        let rise = warmup.map { ", warmup: \($0.steps) steps from \($0.start)" } ?? ""
        switch decay {
        case .constant: return "constant\(rise)"
        case .step(let factor, let every): return "step(factor: \(factor), every: \(every))\(rise)"
        case .exponential(let factor, let every): return "exponential(factor: \(factor), every: \(every))\(rise)"
        case .cosine(let steps, let floor): return "cosine(steps: \(steps), floor: \(floor))\(rise)"
        }
    }
}

extension LearningRateSchedule.Decay {
    fileprivate func factor(_ t: Double) -> Double {
        switch self {
        case .constant: return 1
        case .step(let factor, let every): return pow(factor, (t / Double(every)).rounded(.down))
        case .exponential(let factor, let every): return pow(factor, t / Double(every))
        case .cosine(let steps, let floor): return floor + (1 - floor) * (1 + cos(.pi * min(t / Double(steps), 1))) / 2
        }
    }
}
