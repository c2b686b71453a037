public import ApusJSON

/// A Jupyter notebook, nbformat 4.0 to 4.5, with every member that the file had.
///
/// Texts are plain strings here, however the file splits them into lines. Members this package does not know stay in
/// `other`, here and in cells and outputs, so that reading and writing loses nothing.
public struct Notebook: Sendable, Hashable {
    /// Minor version of format 4; cell ids exist from 5 on.
    public var minorVersion: Int
    public var metadata: JSONObject
    public var cells: [Cell]
    /// Members beside `cells`, `metadata`, `nbformat` and `nbformat_minor`.
    public var other: JSONObject

    public init(minorVersion: Int = 5, metadata: JSONObject = [:], cells: [Cell] = [], other: JSONObject = [:]) {
        self.minorVersion = minorVersion
        self.metadata = metadata
        self.cells = cells
        self.other = other
    }

    /// Whether cells of this version of the format have ids.
    public var hasCellIDs: Bool { minorVersion >= 5 }

    /// The language that the notebook says it is written in, from its kernel or language metadata.
    public var language: String? {
        metadata["language_info"]?["name"]?.string ?? metadata["kernelspec"]?["language"]?.string
    }

    /// The kernel that the notebook asks for.
    public var kernelName: String? { metadata["kernelspec"]?["name"]?.string }
}
