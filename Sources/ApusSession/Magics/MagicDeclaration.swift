import ApusJSON
import ArgumentParser

/// Everything known about a magic without running it.
public struct MagicDeclaration: Sendable {
    public let type: any Magic.Type
    public let options: [OptionDeclaration]

    public var name: String { type.name }

    init(_ type: any Magic.Type) {
        self.type = type
        // The only description of a declaration that swift-argument-parser offers; its shape is that of `--experimental-dump-help`.
        let description = try? JSON(parsing: type._dumpHelp())
        options = (description?["command"]?["arguments"]?.array ?? []).compactMap(OptionDeclaration.init).filter { !$0.names.contains("--help") }
    }

    /// The option or flag called `name`, which has its dashes.
    public func option(named name: String) -> OptionDeclaration? {
        options.first { $0.names.contains(name) }
    }

    public var positionals: [OptionDeclaration] { options.filter { $0.kind == .positional } }
}
