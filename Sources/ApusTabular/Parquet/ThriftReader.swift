package import ApusData

/// Reads the compact protocol of Apache Thrift (thrift-compact-protocol.md), in which Parquet writes its footer and page headers.
package struct ThriftReader {
    package struct Field {
        let id: Int16
        let type: UInt8
    }

    private enum Kind {
        static let yes: UInt8 = 1
        static let no: UInt8 = 2
        static let byte: UInt8 = 3
        static let double: UInt8 = 7
        static let binary: UInt8 = 8
        static let list: UInt8 = 9
        static let set: UInt8 = 10
        static let map: UInt8 = 11
        static let structure: UInt8 = 12
        static let uuid: UInt8 = 13
    }

    private static let deepest = 32
    private var cursor: ByteCursor
    private var depth = 0

    package init(_ bytes: UnsafeRawBufferPointer) { cursor = ByteCursor(bytes) }

    /// Bytes read so far.
    var position: Int { cursor.position }

    /// Reads a structure; `body` reads the value of a field and returns true, or false for fields to be skipped.
    package mutating func structure(_ body: (inout ThriftReader, Field) throws(DataError) -> Bool) throws(DataError) {
        try descend()
        var id: Int16 = 0
        while true {
            let header = try cursor.byte()
            if header == 0 { break }
            let delta = Int16(header >> 4)
            if delta == 0 {
                guard let number = Int16(exactly: try cursor.zigzag()) else { throw malformed("a field's number") }
                id = number
            } else {
                id = id &+ delta
            }
            let field = Field(id: id, type: header & 15)
            if try !body(&self, field) { try skip(field.type) }
        }
        depth -= 1
    }

    /// Reads the structure in `field`.
    mutating func structure(
        _ field: Field, _ body: (inout ThriftReader, Field) throws(DataError) -> Bool
    ) throws(DataError) {
        guard field.type == Kind.structure else { throw malformed("field \(field.id), which should be a structure") }
        try structure(body)
    }

    /// Reads a list; `body` reads one element.
    mutating func list(_ field: Field, _ body: (inout ThriftReader, Field) throws(DataError) -> Void) throws(DataError) {
        guard field.type == Kind.list else { throw malformed("field \(field.id), which should be a list") }
        let (count, type) = try listHeader()
        for _ in 0..<count { try body(&self, Field(id: field.id, type: type)) }
    }

    mutating func integer(_ field: Field) throws(DataError) -> Int {
        if field.type == Kind.byte { return Int(Int8(bitPattern: try cursor.byte())) }
        guard (Kind.byte + 1..<Kind.double).contains(field.type) else { throw malformed("field \(field.id), which should be a number") }
        return Int(try cursor.zigzag())
    }

    func bool(_ field: Field) throws(DataError) -> Bool {
        guard field.type == Kind.yes || field.type == Kind.no else { throw malformed("field \(field.id), which should be true or false") }
        return field.type == Kind.yes
    }

    mutating func text(_ field: Field) throws(DataError) -> String {
        guard field.type == Kind.binary else { throw malformed("field \(field.id), which should be text") }
        return String(decoding: try cursor.take(try cursor.size()), as: UTF8.self)
    }

    private mutating func listHeader() throws(DataError) -> (count: Int, type: UInt8) {
        let header = try cursor.byte()
        let count = header >> 4 == 15 ? try cursor.size() : Int(header >> 4)
        // Each element takes a byte at least.
        guard count <= cursor.remaining else { throw malformed("a list of \(count) elements") }
        return (count, header & 15)
    }

    private mutating func descend() throws(DataError) {
        depth += 1
        guard depth <= Self.deepest else { throw malformed("structures within structures, deeper than \(Self.deepest)") }
    }

    private mutating func skip(_ type: UInt8, inList: Bool = false) throws(DataError) {
        switch type {
        // In a list they take a byte; as a field they are in its header.
        case Kind.yes, Kind.no: if inList { _ = try cursor.byte() }
        case Kind.byte: _ = try cursor.byte()
        case Kind.byte + 1..<Kind.double: _ = try cursor.varint()
        case Kind.double: _ = try cursor.take(8)
        case Kind.binary: _ = try cursor.take(try cursor.size())
        case Kind.uuid: _ = try cursor.take(16)
        case Kind.list, Kind.set:
            try descend()
            let (count, element) = try listHeader()
            for _ in 0..<count { try skip(element, inList: true) }
            depth -= 1
        case Kind.map:
            try descend()
            let count = try cursor.size()
            guard count <= cursor.remaining else { throw malformed("a map of \(count) elements") }
            if count > 0 {
                let types = try cursor.byte()
                for _ in 0..<count {
                    try skip(types >> 4, inList: true)
                    try skip(types & 15, inList: true)
                }
            }
            depth -= 1
        case Kind.structure: try structure { (_, _) throws(DataError) in false }
        default: throw malformed("a value of type \(type)")
        }
    }

    private func malformed(_ what: String) -> DataError {
        DataError(.malformed, "the metadata are damaged near byte \(cursor.position) of them: \(what)")
    }
}
