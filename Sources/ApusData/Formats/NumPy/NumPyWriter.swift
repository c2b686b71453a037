/// Writes a `.npy` file piece by piece: the same bytes as `numpy.save`, complete or not at all.
public final class NumPyWriter {
    public let header: NumPyHeader
    private let file: OutputFile
    private var remaining: Int

    /// - Parameter shape: the final shape; exactly its product of elements must be appended before `commit()`.
    public init(path: String, elementType: NumPyElementType, shape: [Int]) throws(DataError) {
        header = NumPyHeader(elementType: elementType, shape: shape)
        remaining = try header.elementCount()
        file = try OutputFile(path: path)
        try file.write(header.encoded())
    }

    public func append<Element: NumPyElement>(_ values: [Element]) throws(DataError) {
        try values.withBytes { (bytes) throws(DataError) in try appendBytes(bytes, count: values.count, as: Element.numPyType) }
    }

    public func append(_ values: UnsafeBufferPointer<Float>) throws(DataError) {
        try appendBytes(UnsafeRawBufferPointer(values), count: values.count, as: .float32)
    }

    // Little-endian machines only (x86-64, arm64), as the rest of the engine.
    private func appendBytes(_ bytes: UnsafeRawBufferPointer, count: Int, as type: NumPyElementType) throws(DataError) {
        precondition(type == header.elementType, "appending \(type) to an array of \(header.elementType)")
        precondition(count <= remaining, "more elements than the shape \(header.tupleText) holds")
        remaining -= count
        try file.write(bytes)
    }

    /// Writes everything to the disk under the temporary name.
    public func sync() throws(DataError) {
        precondition(remaining == 0, "\(remaining) elements of the shape \(header.tupleText) are missing")
        try file.sync()
    }

    /// Syncs and gives the file its name.
    public func commit() throws(DataError) {
        try sync()
        try file.commit()
    }
}

extension NumPyArray {
    /// Saves values (row-major) as `numpy.save` does.
    public static func save<Element: NumPyElement>(_ values: [Element], shape: [Int], to path: String) throws(DataError) {
        let writer = try NumPyWriter(path: path, elementType: Element.numPyType, shape: shape)
        try writer.append(values)
        try writer.commit()
    }
}
