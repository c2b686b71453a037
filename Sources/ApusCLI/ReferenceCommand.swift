import ApusMagics
import ApusSession
public import ArgumentParser

/// `apus reference`: the reference page of the magics, from their declarations.
public struct ReferenceCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Print the reference page of all magics as Markdown.", shouldDisplay: false)

    public init() {}

    public func run() { Console.output(MagicCatalogue(StandardMagics.all).reference) }
}
