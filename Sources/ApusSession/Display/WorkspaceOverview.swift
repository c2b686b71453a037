import ApusJSON

extension WorkspaceListing {
    var origin: String { producer.isEmpty ? "Swift" : "%%\(producer)" }
}

/// What the workspace holds, as a table: values with the cells that made them, then parameters.
struct WorkspaceOverview {
    let values: [WorkspaceListing]
    let parameters: [(name: String, value: JSON)]

    /// Nil when there is nothing.
    var table: TableView? {
        if values.isEmpty, parameters.isEmpty { return nil }
        let rows =
            values.map { [$0.name, $0.summary, $0.origin, "[\($0.cell)]"] }
            + parameters.map { [$0.name, ParameterText.text($0.value), "parameter", ""] }
        return TableView(headers: ["name", "value", "from", "cell"], rows: rows, alignments: [.left, .left, .left, .right])
    }
}
