import ApusSession
import JupyterProtocol

extension ErrorOutput {
    init(_ error: CellError) {
        self.init(name: error.name, message: error.message, traceback: error.report)
    }
}
