import ApusCUDA

/// One thing that must be so on a GPU.
struct CUDACheck {
    /// An error and how large it may be.
    struct Measure {
        let name: String
        let error: Double
        let tolerance: Double
    }

    struct Outcome {
        var measures: [Measure]
        /// Texts to read beside them.
        var notes: [(String, String)] = []

        /// An error that is not a number does not pass.
        var passed: Bool { measures.allSatisfy { $0.error <= $0.tolerance } }
    }

    let name: String
    let run: (CUDAModule) throws -> Outcome

    /// All of them, kernels before what is made of them.
    /// - Parameter batch: rows of a batch.
    static func all(batch: Int) -> [CUDACheck] {
        let layers = CUDACheckModel.layers.map { step($0, batch: batch) }
        let recipes = CUDACheckModel.recipes.flatMap { model in
            [step(model, batch: batch), step(model, batch: batch, rows: (batch + 2) / 3), evaluation(model, batch: batch)]
        }
        let runs = ([.twoHeads] + CUDACheckModel.recipes).flatMap { model in
            [adam(model, batch: batch), sameBits(model, batch: batch), sideBySide(model, batch: batch)]
        }
        return layers + recipes + runs + [adamW(.twoHeads, batch: batch)]
    }
}
