/// The stream of records in which a tree travels to and from the HDF5 library; `CHDF5.h` has the format.
struct HDF5RecordWriter {
    private(set) var bytes: [UInt8] = []

    init(_ root: HDF5Group) { write(root, name: "") }

    private mutating func write(_ group: HDF5Group, name: String) {
        begin("G", name)
        for attribute in group.attributes {
            switch attribute.value {
            case .text(let text):
                begin("S", attribute.name)
                append(text)
            case .texts(let texts):
                begin("L", attribute.name)
                append(UInt32(texts.count))
                for text in texts { append(text) }
            case .leftOut: break
            }
        }
        for member in group.members {
            switch member.value {
            case .group(let child): write(child, name: member.name)
            case .dataset(let dataset): write(dataset, name: member.name)
            }
        }
        bytes.append(UInt8(ascii: "E"))
    }

    private mutating func write(_ dataset: WeightArray, name: String) {
        begin("F", name)
        append(UInt32(dataset.shape.count))
        for dimension in dataset.shape { append(UInt64(dimension)) }
        dataset.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    private mutating func begin(_ tag: Unicode.Scalar, _ name: String) {
        bytes.append(UInt8(ascii: tag))
        append(name)
    }

    private mutating func append(_ text: String) {
        append(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }
}

/// Reads the stream of records back. It comes from a process that handled foreign bytes, so nothing in it is taken for granted.
struct HDF5RecordReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// As deep as the writer of the records goes.
    private static let maximumDepth = 33

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func readRoot() throws(ModelFileError) -> HDF5Group {
        let tag = try tag()
        guard tag == UInt8(ascii: "G") else { throw try failure(tag) }
        _ = try text()
        let root = try group(depth: 0)
        guard position == bytes.count else { throw malformed }
        return root
    }

    private var malformed: ModelFileError { .damagedHDF5("the process that reads it sent something else than a tree") }

    /// The error of a record that cannot stand here.
    private mutating func failure(_ tag: UInt8) throws(ModelFileError) -> ModelFileError {
        tag == UInt8(ascii: "!") ? .damagedHDF5(try text()) : malformed
    }

    private mutating func group(depth: Int) throws(ModelFileError) -> HDF5Group {
        guard depth < Self.maximumDepth else { throw malformed }
        var group = HDF5Group()
        while true {
            let tag = try tag()
            if tag == UInt8(ascii: "E") { return group }
            switch Unicode.Scalar(tag) {
            case "S":
                let name = try text()
                group.attributes.append(.init(name, .text(try text())))
            case "L":
                let name = try text()
                group.attributes.append(.init(name, .texts(try texts())))
            case "U":
                let name = try text()
                group.attributes.append(.init(name, .leftOut(try text())))
            case "F":
                let name = try text()
                group.members.append(.init(name, .dataset(try dataset())))
            case "G":
                let name = try text()
                group.members.append(.init(name, .group(try self.group(depth: depth + 1))))
            default: throw try failure(tag)
            }
        }
    }

    private mutating func dataset() throws(ModelFileError) -> WeightArray {
        let rank = try integer(UInt32.self)
        guard rank <= 32 else { throw malformed }
        var shape: [Int] = []
        var count = 1
        for _ in 0..<rank {
            guard let dimension = Int(exactly: try integer(UInt64.self)) else { throw malformed }
            let product = count.multipliedReportingOverflow(by: dimension)
            guard !product.overflow else { throw malformed }
            shape.append(dimension)
            count = product.partialValue
        }
        guard count <= (bytes.count - position) / 4 else { throw malformed }
        let raw = try take(count * 4)
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
            filled = count
        }
        return WeightArray(shape: shape, values: values)
    }

    private mutating func texts() throws(ModelFileError) -> [String] {
        let count = Int(try integer(UInt32.self))
        guard count <= (bytes.count - position) / 4 else { throw malformed }
        var texts: [String] = []
        for _ in 0..<count { texts.append(try text()) }
        return texts
    }

    private mutating func text() throws(ModelFileError) -> String {
        let raw = try take(Int(try integer(UInt32.self)))
        return String(decoding: raw, as: UTF8.self)
    }

    private mutating func tag() throws(ModelFileError) -> UInt8 { try take(1)[0] }

    private mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(ModelFileError) -> Integer {
        try take(MemoryLayout<Integer>.size).loadUnaligned(as: type)
    }

    private mutating func take(_ count: Int) throws(ModelFileError) -> UnsafeRawBufferPointer {
        guard count <= bytes.count - position else { throw malformed }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }
}

extension ModelFileError {
    static func damagedHDF5(_ reason: String) -> ModelFileError {
        ModelFileError(.damaged, "the HDF5 file is damaged: \(reason)", hint: "Copy or download it again.")
    }
}
