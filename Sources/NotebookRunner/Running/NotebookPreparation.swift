import ApusJSON
import ApusSession
import NotebookFormat

extension Notebook {
    /// Makes the notebook ready to run: results of earlier runs gone, kernel and language named, ids where the format has them.
    mutating func prepare(language: LanguageInfo, kernelspec: JSONObject) {
        repairCellIDs()
        if metadata["kernelspec"]?.object == nil { metadata["kernelspec"] = .object(kernelspec) }
        metadata["language_info"] = .object(language.jupyter)
        for index in cells.indices where cells[index].kind == .code && !cells[index].tags.contains(CellTag.skipExecution) {
            cells[index].outputs = []
            cells[index].executionCount = nil
            cells[index].metadata["execution"] = nil
        }
    }
}

/// Cell tags with a meaning, the same as for nbclient and papermill.
enum CellTag {
    static let skipExecution = "skip-execution"
    static let raisesException = "raises-exception"
    static let parameters = "parameters"
    static let injectedParameters = "injected-parameters"
}
