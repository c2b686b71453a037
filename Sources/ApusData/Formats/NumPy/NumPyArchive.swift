/// A `.npz` file: named arrays in a zip archive, mapped and not copied. Stored members only, as `numpy.savez` writes them.
public struct NumPyArchive: Sendable {
    /// Array names in file order, without `.npy`.
    public let names: [String]
    private let file: MappedFile
    private let ranges: [Range<Int>]

    /// - Throws: `DataError` when the file is no zip archive, is damaged, or has compressed members (`numpy.savez_compressed`).
    public init(path: String) throws(DataError) {
        let file = try MappedFile(path: path)
        do throws(DataError) {
            let members = try ZIPDirectory(file.bytes).members.filter { $0.name.hasSuffix(".npy") }
            if let compressed = members.first(where: { $0.method != 0 }) {
                throw DataError(.unsupported, "'\(compressed.name)' is compressed; write the archive with numpy.savez instead of savez_compressed")
            }
            names = members.map { String($0.name.dropLast(4)) }
            ranges = members.map(\.range)
        } catch {
            throw DataError(error.code, error.message, source: path)
        }
        self.file = file
    }

    /// The array named `name`; the last one of several.
    public func array(_ name: String) throws(DataError) -> NumPyArray {
        guard let index = names.lastIndex(of: name) else {
            throw DataError(.invalidValues, "there is no array '\(name)'; the archive has \(names.joined(separator: ", "))", source: file.path)
        }
        return try NumPyArray(file: file, range: ranges[index])
    }
}
