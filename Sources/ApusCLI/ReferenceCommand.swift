import ApusMagics
public import ArgumentParser

/// `apus reference`: the reference page of magics, layers, recipes and columns, from their declarations.
public struct ReferenceCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Print the reference page of magics, layers, recipes and columns as Markdown.", shouldDisplay: false)

    public init() {}

    public func run() { Console.output(ReferencePage.markdown) }
}
