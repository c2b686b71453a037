/// Writes the compact protocol of Apache Thrift; fields go in the order of their numbers.
struct ThriftWriter {
    private(set) var bytes: [UInt8] = []
    private var last: [Int] = []

    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        last.append(0)
        body(&self)
        last.removeLast()
        bytes.append(0)
    }

    mutating func structure(_ field: Int, _ body: (inout ThriftWriter) -> Void) {
        header(field, 12)
        structure(body)
    }

    mutating func int32(_ field: Int, _ value: Int) {
        header(field, 5)
        zigzag(value)
    }

    mutating func int64(_ field: Int, _ value: Int) {
        header(field, 6)
        zigzag(value)
    }

    mutating func bool(_ field: Int, _ value: Bool) { header(field, value ? 1 : 2) }

    mutating func text(_ field: Int, _ value: String) {
        header(field, 8)
        text(value)
    }

    /// A list of structures.
    mutating func list<Element>(_ field: Int, _ elements: [Element], _ body: (inout ThriftWriter, Element) -> Void) {
        listHeader(field, elements.count, 12)
        for element in elements { structure { body(&$0, element) } }
    }

    mutating func list(_ field: Int, numbers: [Int]) {
        listHeader(field, numbers.count, 5)
        for number in numbers { zigzag(number) }
    }

    mutating func list(_ field: Int, texts: [String]) {
        listHeader(field, texts.count, 8)
        for value in texts { text(value) }
    }

    private mutating func listHeader(_ field: Int, _ count: Int, _ type: UInt8) {
        header(field, 9)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | type)
        } else {
            bytes.append(0xF0 | type)
            varint(UInt64(count))
        }
    }

    private mutating func text(_ value: String) {
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// Fields are numbered 1 to 15 above the one before, which is all that Parquet needs.
    private mutating func header(_ field: Int, _ type: UInt8) {
        bytes.append(UInt8(field - last[last.count - 1]) << 4 | type)
        last[last.count - 1] = field
    }

    private mutating func zigzag(_ value: Int) { varint(UInt64(bitPattern: Int64(value << 1 ^ value >> 63))) }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}
