import ApusCUDA
import Testing

/// Expects what every error owes its reader: one line that says what happened, then one that begins with what to do.
func expectSentences(_ error: CUDAError, sourceLocation: SourceLocation = #_sourceLocation) {
    let steps = ["Allow", "Check", "Close", "End", "Install", "Name", "Remove", "Report", "Restart", "Start", "Train", "Update", "Use"]
    let firstWord = String(error.nextStep.prefix { $0.isLetter })
    #expect(steps.contains(firstWord), "the next step of: \(error)", sourceLocation: sourceLocation)
    #expect(error.message.first?.isLowercase == true, "\(error)", sourceLocation: sourceLocation)
    #expect(error.description.split(whereSeparator: \.isNewline).count == 1, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.hasSuffix(".") && !error.description.contains(".."), "\(error)", sourceLocation: sourceLocation)
    #expect(error.description.count < 500, "\(error)", sourceLocation: sourceLocation)
}

/// The error of `body`, which must be a `CUDAError` in whole sentences.
func cudaError<Result>(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result) throws -> CUDAError {
    let error = try #require(throws: CUDAError.self, sourceLocation: sourceLocation) { _ = try body() }
    expectSentences(error, sourceLocation: sourceLocation)
    return error
}
