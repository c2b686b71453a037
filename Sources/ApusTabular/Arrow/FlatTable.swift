import ApusData

/// A table of FlatBuffers (flatbuffers.dev, "Internals"), in which Arrow describes its files; nothing outside of `bytes` is ever read.
struct FlatTable {
    private let bytes: UnsafeRawBufferPointer
    private let start: Int
    private let vtable: Int
    private let vtableSize: Int

    /// The table that a buffer begins with.
    init(root bytes: UnsafeRawBufferPointer) throws(DataError) {
        try self.init(bytes, at: Int(try Self.load(bytes, 0, UInt32.self)))
    }

    private init(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(DataError) {
        self.bytes = bytes
        self.start = start
        vtable = start - Int(try Self.load(bytes, start, Int32.self))
        vtableSize = Int(try Self.load(bytes, vtable, UInt16.self))
        guard vtableSize >= 4, vtable <= bytes.count - vtableSize else { throw Self.damaged }
    }

    /// The number in a field, `missing` where it is left out.
    func number<Number: FixedWidthInteger>(_ field: Int, _ missing: Number) throws(DataError) -> Number {
        guard let position = try position(field) else { return missing }
        return try Self.load(bytes, position, Number.self)
    }

    func table(_ field: Int) throws(DataError) -> FlatTable? {
        guard let position = try position(field) else { return nil }
        return try FlatTable(bytes, at: try target(position))
    }

    func text(_ field: Int) throws(DataError) -> String? {
        guard let vector = try vector(field, stride: 1) else { return nil }
        return String(decoding: vector, as: UTF8.self)
    }

    func tables(_ field: Int) throws(DataError) -> [FlatTable] {
        guard let vector = try vector(field, stride: 4) else { return [] }
        let first = vector.baseAddress.map { $0 - bytes.baseAddress! } ?? 0
        var tables: [FlatTable] = []
        for index in 0..<vector.count / 4 { tables.append(try FlatTable(bytes, at: try target(first + 4 * index))) }
        return tables
    }

    /// The elements of a vector of numbers or structures, `stride` bytes each.
    func vector(_ field: Int, stride: Int) throws(DataError) -> UnsafeRawBufferPointer? {
        guard let position = try position(field) else { return nil }
        let start = try target(position)
        let count = Int(try Self.load(bytes, start, UInt32.self))
        guard count <= (bytes.count - start - 4) / stride else { throw Self.damaged }
        return UnsafeRawBufferPointer(rebasing: bytes[start + 4..<start + 4 + count * stride])
    }

    private func position(_ field: Int) throws(DataError) -> Int? {
        let entry = 4 + 2 * field
        guard entry + 2 <= vtableSize else { return nil }
        let offset = Int(try Self.load(bytes, vtable + entry, UInt16.self))
        return offset == 0 ? nil : start + offset
    }

    private func target(_ position: Int) throws(DataError) -> Int { position + Int(try Self.load(bytes, position, UInt32.self)) }

    private static func load<Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ position: Int, _ type: Number.Type
    ) throws(DataError) -> Number {
        guard position >= 0, position <= bytes.count - MemoryLayout<Number>.size else { throw damaged }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    private static var damaged: DataError { DataError(.malformed, "the description of the tables points outside of itself; the file is damaged") }
}
