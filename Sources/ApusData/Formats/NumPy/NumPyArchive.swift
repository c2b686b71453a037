import ApusZip

/// A `.npz` file: named arrays in a zip archive. Stored members, as `numpy.savez` writes them, are mapped and not copied; those of
/// `numpy.savez_compressed` are decompressed when they are asked for.
public struct NumPyArchive: Sendable {
    /// Array names in file order, without `.npy`.
    public let names: [String]
    private let file: MappedFile
    private let archive: ZipArchive

    /// The most that one compressed array may take in memory.
    private static let largestArray = 8 << 30

    /// - Throws: `DataError` when the file is no zip archive, is damaged, or has members that are not arrays.
    public init(path: String) throws(DataError) {
        let file = try MappedFile(path: path)
        do { archive = try ZipArchive(file.bytes) } catch { throw DataError(error, source: path) }
        names = archive.members.filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }
        guard names.count == archive.members.count else {
            throw DataError(.malformed, "this zip archive is no .npz file: not all of its members are arrays", source: path)
        }
        self.file = file
    }

    /// The array named `name`.
    public func array(_ name: String) throws(DataError) -> NumPyArray {
        guard let member = archive[name + ".npy"] else {
            throw DataError(.invalidValues, "there is no array '\(name)'; the archive has \(names.joined(separator: ", "))", source: file.path)
        }
        do {
            try archive.check(member)
            if member.isStored { return try NumPyArray(file: file, range: member.range) }
            return try NumPyArray(bytes: try archive.contents(of: member, in: file.bytes, limit: Self.largestArray))
        } catch let error as ZipError {
            throw DataError(error, source: file.path)
        } catch let error as DataError {
            throw DataError(error.code, error.message, source: file.path)
        } catch { throw DataError(.malformed, "\(error)", source: file.path) }
    }

    /// An array to write.
    public struct Entry: Sendable {
        let name: String
        let header: NumPyHeader
        let count: Int
        let elements: [UInt8]

        /// `values` in row-major order, as many as `shape` says.
        public init<Element: NumPyElement>(_ name: String, _ values: [Element], shape: [Int]) {
            self.name = name
            header = NumPyHeader(elementType: Element.numPyType, shape: shape)
            count = values.count
            elements = values.withUnsafeBytes { Array($0) }
        }
    }

    /// Writes arrays by name as `numpy.savez` does: complete or not at all.
    public static func save(_ arrays: [Entry], to path: String) throws(DataError) {
        let file = try OutputFile(path: path)
        var writer = ZipWriter<DataError> { (bytes) throws(DataError) in try file.write(bytes) }
        var names: Set<String> = []
        for array in arrays {
            guard !array.name.isEmpty, !array.name.contains("\0"), names.insert(array.name).inserted else {
                throw DataError(.invalidValues, "'\(array.name)' cannot be the name of an array, or is used twice", source: path)
            }
            guard try array.header.elementCount() == array.count else {
                throw DataError(
                    .invalidValues, "'\(array.name)' has \(array.count) values for the shape \(array.header.tupleText)", source: path)
            }
            // The header has a multiple of 64 bytes, so that readers that map the file find the values aligned too.
            try array.header.encoded().withBytes { (head) throws(DataError) in
                try array.elements.withBytes { (elements) throws(DataError) in
                    try writer.add(array.name + ".npy", pieces: [head, elements], alignment: 64)
                }
            }
        }
        try writer.finish()
        try file.commit()
    }
}

extension DataError {
    fileprivate init(_ error: ZipError, source: String) {
        let code: Code =
            switch error.code {
            case .malformed: .malformed
            case .unsupported: .unsupported
            }
        self.init(code, error.message, source: source)
    }
}
