public import ApusNN
public import ApusSession
public import ApusTensor
public import ApusTraining
public import CellSupport

extension Model: Displayable {
    /// The layers with their output shapes and parameters.
    public var mimeBundle: MIMEBundle {
        TableView(
            title: "Model: \(parameterCount) parameters", headers: ["name", "layer", "output", "parameters"],
            rows: summary.map { [$0.name, $0.call, "\($0.outputShape)", String($0.parameterCount)] }
        ).bundle
    }
}

extension History: Displayable {
    /// One row for each epoch.
    public var mimeBundle: MIMEBundle {
        let names = names
        return TableView(
            headers: ["epoch"] + names,
            rows: epochs.map { record in [String(record.epoch + 1)] + names.map { record.logs[$0].map { String(Float($0)) } ?? "" } }
        ).bundle
    }
}

extension Tensor: Displayable {
    /// The shape and the first values.
    public var mimeBundle: MIMEBundle {
        let values = scalars.prefix(8).map { String($0) }.joined(separator: ", ")
        return MIMEBundle(text: "Tensor \(shape): [\(values)\(scalars.count > 8 ? ", …" : "")]")
    }
}
