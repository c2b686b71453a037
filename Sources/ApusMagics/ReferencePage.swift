import ApusIndicators
import ApusNN
import ApusSession

/// The page about every magic, layer, recipe and column, made from their declarations.
package enum ReferencePage {
    package static var markdown: String {
        """
        # Reference

        Made from the declarations by `apus reference > notebooks/REFERENCE.md`. The same texts answer `%%train?` and Shift-Tab in a notebook.

        # Magics

        \(MagicCatalogue(StandardMagics.all).reference)
        # Layers of a `%%build` body

        \(LayerCatalogue.signatures.map(layer).joined(separator: "\n"))
        # Recipes

        \(Recipe.all.map(recipe).joined(separator: "\n"))
        # Columns of `%%preprocess --columns`

        \(columns)
        """
    }

    private static var columns: String {
        let families = FeatureColumns.families.map { "| `\($0.form)` | `\($0.example)` | \($0.summary.replacing("|", with: "\\|")) |" }
        let sets = [("regressor", FeatureColumns.regressor), ("price-action", FeatureColumns.priceAction)].map { name, set in
            "The set `\(name)`, \(set.count) columns: " + set.names.map { "`\($0)`" }.joined(separator: ", ") + "."
        }
        return (["| column | such as |  |", "| --- | --- | --- |"] + families).joined(separator: "\n") + "\n\n" + sets.joined(separator: "\n\n")
            + "\n"
    }

    private static func layer(_ signature: LayerSignature) -> String {
        let rows = signature.arguments.map { argument in
            [
                argument.label.map { "`\($0):`" } ?? "`\(argument.name)`", argument.summary, "\(argument.type)",
                argument.defaultValue.map { "`\($0)`" } ?? "required",
            ]
        }
        let table = ["| argument |  | takes | default |", "| --- | --- | --- | --- |"] + rows.map { "| \($0.joined(separator: " | ")) |" }
        let arguments = rows.isEmpty ? "" : table.joined(separator: "\n") + "\n\n"
        return "## \(signature.name)\n\n\(signature.summary)\n\n\(arguments)```swift\n\(signature.example)\n```\n"
    }

    private static func recipe(_ recipe: Recipe) -> String {
        "## \(recipe.name)\n\n\(recipe.summary) One example has the shape (\(recipe.inputShape.map(String.init).joined(separator: ", "))).\n\n"
            + "```swift\n\(recipe.body)```\n"
    }
}
