public import ApusJSON
public import ApusNN

extension ModelConfiguration {
    /// A `model_config` that tells what `model` is; `layers` is a `%%build` body that makes it again.
    public static func modelConfig(of model: Model) -> JSONObject {
        [
            "framework": "apus",
            "input_shape": .array(model.inputShape.map(JSON.int)),
            "parameters": .int(model.parameterCount),
            "layers": .string(model.declaration.body),
            "heads": .array(
                model.heads.map { head in
                    [
                        "name": .string(head.name), "loss": .string(head.loss.rawValue), "loss_weight": .double(head.weight),
                        "outputs": .array(head.outputShape.map(JSON.int)),
                    ]
                }),
        ]
    }
}
