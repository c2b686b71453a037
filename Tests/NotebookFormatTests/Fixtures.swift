import Foundation
import NotebookFormat

/// The notebooks in `Notebooks`, written by nbformat through Tests/References/make_notebooks.py.
enum Fixtures {
    static func url(_ name: String) -> URL {
        Bundle.module.resourceURL!.appending(path: "Notebooks/\(name).ipynb")
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(name)))
    }

    static func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    static func notebook(_ name: String) throws -> Notebook {
        try Notebook(parsing: try bytes(name))
    }
}
