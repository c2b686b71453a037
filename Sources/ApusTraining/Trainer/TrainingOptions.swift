package import ApusCUDA
import Glibc

/// How to train: everything but the model and the data.
public struct TrainingOptions: Sendable {
    /// Passes over the training set, at most.
    public var epochs: Int
    /// Rows per update; the last batch of an epoch may be smaller.
    public var batchSize: Int
    public var optimizer: any Optimizer
    /// Changes the optimiser's learning rate from step to step; nil leaves it.
    public var learningRateSchedule: LearningRateSchedule?
    /// Bounds the gradient of each step; nil leaves it.
    public var gradientClipping: GradientClipping?
    /// Asked after each epoch, in this order.
    public var callbacks: [any TrainingCallback]
    /// By head name, one weight per class; rows of the training set only, as in Keras.
    public var classWeights: [String: [Float]]
    /// By name of a head with a binary cross-entropy, how often an example of target 1 counts, in place of `Head.positiveWeight` (PyTorch's
    /// `pos_weight`): negatives / positives of the training targets makes both classes count the same. Validation losses use it too.
    public var positiveWeights: [String: Float]
    /// End with the weights of the best epoch even when no callback asks for it.
    public var restoreBestWeights: Bool
    /// Visit the training rows in a new order each epoch.
    public var shuffle: Bool
    /// Decides shuffling and dropout; the initial weights are the model's.
    public var seed: UInt64
    /// Threads to compute with; the result does not depend on them.
    public var threads: Int
    /// Results on a GPU and on the CPU differ by the order in which numbers are added.
    public var device: TrainingDevice
    /// Finds the GPU, or says why there is none.
    package var gpu: @Sendable () throws(CUDAError) -> CUDADevice = { () throws(CUDAError) in try CUDADevice.best() }
    public var checkpoints: CheckpointOptions?

    public init(
        epochs: Int = 100, batchSize: Int = 32, optimizer: any Optimizer = Adam(), learningRateSchedule: LearningRateSchedule? = nil,
        gradientClipping: GradientClipping? = nil, callbacks: [any TrainingCallback] = [], classWeights: [String: [Float]] = [:],
        positiveWeights: [String: Float] = [:], restoreBestWeights: Bool = true, shuffle: Bool = true, seed: UInt64 = 0,
        threads: Int = TrainingOptions.processors, device: TrainingDevice = .cpu, checkpoints: CheckpointOptions? = nil
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.optimizer = optimizer
        self.learningRateSchedule = learningRateSchedule
        self.gradientClipping = gradientClipping
        self.callbacks = callbacks
        self.classWeights = classWeights
        self.positiveWeights = positiveWeights
        self.restoreBestWeights = restoreBestWeights
        self.shuffle = shuffle
        self.seed = seed
        self.threads = threads
        self.device = device
        self.checkpoints = checkpoints
    }
}

extension TrainingOptions {
    /// Processors that are online.
    public static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Optimiser steps of one epoch over `rows` training rows: what a schedule counts.
    public func stepsPerEpoch(rows: Int) -> Int { (rows + batchSize - 1) / batchSize }
}

/// Where and how often to save a run, and whether to continue the one that is there.
public struct CheckpointOptions: Equatable, Sendable {
    public var folder: String
    /// Seconds after which the next batch boundary saves; the end of an epoch always does.
    public var everySeconds: Double
    /// Batches after which to save within an epoch, besides.
    public var everySteps: Int?
    /// Go on with the latest checkpoint in the folder instead of beginning.
    public var resume: Bool

    public init(folder: String, everySeconds: Double = 60, everySteps: Int? = nil, resume: Bool = false) {
        self.folder = folder
        self.everySeconds = everySeconds
        self.everySteps = everySteps
        self.resume = resume
    }
}
