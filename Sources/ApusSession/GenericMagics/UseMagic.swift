import ArgumentParser

/// `%use PATH`: a Swift package, or what a module map describes, for cells of Swift.
struct UseMagic: Magic {
    static let name = "use"
    static let abstract = "Makes the modules of a Swift package on disk, or of a module map, importable by cells of Swift."
    static let discussion = """
        A package is built in release mode with the toolchain's package manager, the first time and whenever its sources have changed; what \
        was built stays in the user's cache. Its library targets and those it depends on can be imported, also those in C. A module map makes \
        the headers of a system library a module; the library that it links is loaded by its name.
        """
    static let example = "%use ../Indicators"

    @Argument(help: "The folder of a package or of a module map, or a module map.", completion: .directory) var path: String

    func run(_ cell: CellContext, in session: isolated CellSession) async throws { try await cell.use(path, in: session) }
}
