import ApusJSON

extension SafetensorsFile {
    private static let maximumFileSize = 4 << 30

    /// Reads a file; all numbers are rounded to Float32.
    public init(reading path: String) throws(ModelFileError) {
        self = try namingFile(path) { () throws(ModelFileError) in
            let head = try FileBytes.head(of: path, count: 64)
            let kind = ModelFileKind.detect(head: head)
            guard kind == .safetensors || (kind == .unknown && head.count > 8) else {
                let what = head.count <= 8 ? "the file is too short for safetensors" : "this is not a safetensors file but \(kind.rawValue)"
                throw ModelFileError(.wrongKind, what, hint: "Give a .safetensors file.")
            }
            return try SafetensorsFile(bytes: try FileBytes.read(path, limit: Self.maximumFileSize))
        }
    }

    package init(bytes: [UInt8]) throws(ModelFileError) {
        guard bytes.count >= 8 else { throw .damagedSafetensors("it has \(bytes.count) bytes, and the length of the header alone takes 8") }
        let declared = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard declared <= Self.maximumHeaderSize, Int(declared) <= bytes.count - 8 else {
            throw .damagedSafetensors("its header should have \(declared) bytes, and \(bytes.count - 8) follow")
        }
        let dataStart = 8 + Int(declared)
        let header: JSON
        do { header = try JSON(parsing: bytes[8..<dataStart]) } catch { throw .damagedSafetensors("its header is \(error)") }
        guard case .object(let object) = header, bytes[8] == UInt8(ascii: "{") else { throw .damagedSafetensors("its header is not an object") }

        var entries: [HeaderEntry] = []
        var metadata: [(key: String, value: String)] = []
        for (name, value) in object {
            guard name == Self.metadataKey else {
                entries.append(try HeaderEntry(name: name, json: value))
                continue
            }
            for (key, value) in value.object ?? [:] {
                guard let text = value.string else { throw .damagedSafetensors("__metadata__.\(key) is not a text") }
                metadata.append((key, text))
            }
        }
        // By their place, and those of no size before those that begin there.
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = 0
        var tensors: [Entry] = []
        for entry in entries {
            guard entry.range.lowerBound == end, entry.range.upperBound <= bytes.count - dataStart else {
                throw .damagedSafetensors("the data of '\(entry.name)' lie at \(entry.range), and should begin at \(end) and end in the file")
            }
            end = entry.range.upperBound
            let data = bytes[dataStart + entry.range.lowerBound..<dataStart + end]
            tensors.append(Entry(entry.name, WeightArray(shape: entry.shape, values: data.withUnsafeBytes { entry.type.floats($0) }), entry.type))
        }
        guard end == bytes.count - dataStart else {
            throw .damagedSafetensors("its arrays take \(end) bytes, and \(bytes.count - dataStart) are there")
        }
        self.init(tensors: tensors, metadata: metadata)
    }
}

/// An array as the header describes it; its size is checked against its shape.
private struct HeaderEntry {
    let name: String
    let type: ElementType
    let shape: [Int]
    let range: Range<Int>

    init(name: String, json: JSON) throws(ModelFileError) {
        guard let dtype = json["dtype"]?.string, let shape = json["shape"]?.array, let offsets = json["data_offsets"]?.array, offsets.count == 2
        else {
            throw .damagedSafetensors("'\(name)' has no dtype, shape and data_offsets")
        }
        guard let type = ElementType(safetensors: dtype) else {
            throw ModelFileError(
                .unsupported, "'\(name)' holds elements of type \(dtype.prefix(20))", hint: "Apus reads F64, F32, F16, BF16, the integers and BOOL.")
        }
        var dimensions: [Int] = []
        var size = type.size
        for dimension in shape {
            guard let dimension = dimension.int, dimension >= 0 else { throw .damagedSafetensors("'\(name)' has a shape that is none") }
            let product = size.multipliedReportingOverflow(by: dimension)
            guard !product.overflow else { throw .damagedSafetensors("the shape of '\(name)' overflows") }
            size = product.partialValue
            dimensions.append(dimension)
        }
        guard let start = offsets[0].int, let end = offsets[1].int, start >= 0, end >= start, end - start == size else {
            throw .damagedSafetensors("'\(name)' takes \(size) bytes, and its data_offsets are \(JSON.array(offsets))")
        }
        self.name = name
        self.type = type
        self.shape = dimensions
        range = start..<end
    }
}

extension ModelFileError {
    fileprivate static func damagedSafetensors(_ reason: String) -> ModelFileError {
        ModelFileError(.damaged, "the safetensors file is damaged: \(reason)", hint: "Copy or download it again.")
    }
}
