/// What to do after the session was lost while a cell trained.
public enum LostTraining {
    /// How to go on after the loss of the session that ran `code`; nil when the cell does not train, or keeps no checkpoints.
    public static func advice(for code: String) -> String? {
        let trains = code.split(whereSeparator: \.isNewline).contains { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.first?.hasPrefix("%") == true && words.contains { $0.drop { $0 == "%" } == TrainMagic.name }
        }
        guard trains, !code.contains("--checkpoints none"), !code.contains("--checkpoints=none") else { return nil }
        return "run the earlier cells again, then `%%train --resume` with the same options: it goes on from the last checkpoint"
    }
}
