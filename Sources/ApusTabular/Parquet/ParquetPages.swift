import ApusData
import ApusZip

/// A page of values, decompressed.
struct ParquetPage {
    enum Kind { case data, dictionary }

    var kind = Kind.data
    /// Values with those that are missing.
    var count = 0
    var encoding = ParquetEncoding.plain
    /// Runs of 0 (missing) and 1; nil where every value is there.
    var levels: UnsafeRawBufferPointer?
    var values = UnsafeRawBufferPointer(start: nil, count: 0)
}

/// How the values of a page are written (enum Encoding of parquet.thrift).
enum ParquetEncoding: Int {
    case plain = 0
    case plainDictionary = 2
    case rle = 3
    case bitPacked = 4
    case deltaBinaryPacked = 5
    case deltaLengthByteArray = 6
    case deltaByteArray = 7
    case rleDictionary = 8
    case byteStreamSplit = 9

    var isDictionary: Bool { self == .plainDictionary || self == .rleDictionary }

    init(number: Int) throws(DataError) {
        guard let encoding = ParquetEncoding(rawValue: number) else {
            throw DataError(.unsupported, "the encoding \(number) is not read")
        }
        self = encoding
    }
}

/// The pages of one column in one row group, one after the other.
struct ParquetPages {
    /// From the first page to the footer: the size of a chunk that the footer tells is wrong in files of old writers (PARQUET-816).
    private var cursor: ByteCursor
    private let codec: Codec
    private let isOptional: Bool
    private let decompressor: Decompressor

    init(_ bytes: UnsafeRawBufferPointer, codec: Codec, isOptional: Bool, decompressor: Decompressor) {
        cursor = ByteCursor(bytes)
        self.codec = codec
        self.isOptional = isOptional
        self.decompressor = decompressor
    }

    /// Reads the next page; its bytes are valid until the next call.
    mutating func next() throws(DataError) -> ParquetPage {
        while true {
            var reader = ThriftReader(cursor.rest)
            let header = try ParquetPageHeader(&reader)
            _ = try cursor.take(reader.position)
            let stored = try cursor.take(header.storedSize)
            if let checksum = header.checksum, CRC32.of(stored) != UInt32(truncatingIfNeeded: checksum) {
                throw DataError(.malformed, "the checksum of a page does not fit its \(stored.count) bytes; the file is damaged")
            }
            switch header.type {
            case 0: return try page(header, header.data, version1: stored)
            case 1: continue  // Indexes of pages.
            case 2: return try dictionary(header, stored)
            case 3: return try page(header, header.data, version2: stored)
            default: throw DataError(.malformed, "a page of the unknown type \(header.type)")
            }
        }
    }

    private func dictionary(_ header: ParquetPageHeader, _ stored: UnsafeRawBufferPointer) throws(DataError) -> ParquetPage {
        let encoding = try ParquetEncoding(number: header.data.encoding)
        guard encoding == .plain || encoding == .plainDictionary else {
            throw DataError(.unsupported, "a dictionary in the encoding \(encoding) is not read")
        }
        return ParquetPage(
            kind: .dictionary, count: header.data.valueCount,
            values: try decompressor.decompress(stored, codec, size: header.size))
    }

    private func page(
        _ header: ParquetPageHeader, _ data: ParquetPageHeader.Data, version1 stored: UnsafeRawBufferPointer
    ) throws(DataError) -> ParquetPage {
        var page = ParquetPage(count: data.valueCount, encoding: try ParquetEncoding(number: data.encoding))
        var contents = ByteCursor(try decompressor.decompress(stored, codec, size: header.size))
        if isOptional, page.count > 0 {
            guard data.levelEncoding == ParquetEncoding.rle.rawValue else {
                throw DataError(.unsupported, "levels in the old BIT_PACKED encoding are not read; write the file again with a current program")
            }
            page.levels = try contents.take(Int(try contents.number(UInt32.self)))
        }
        page.values = contents.rest
        return page
    }

    /// Version 2 leaves the levels outside of the compressed part.
    private func page(
        _ header: ParquetPageHeader, _ data: ParquetPageHeader.Data, version2 stored: UnsafeRawBufferPointer
    ) throws(DataError) -> ParquetPage {
        var page = ParquetPage(count: data.valueCount, encoding: try ParquetEncoding(number: data.encoding))
        var contents = ByteCursor(stored)
        _ = try contents.take(data.repetitionSize)
        let levels = try contents.take(data.levelSize)
        if isOptional, data.nullCount != 0 { page.levels = levels }
        let size = header.size - data.repetitionSize - data.levelSize
        page.values = try decompressor.decompress(contents.rest, data.isCompressed ? codec : .uncompressed, size: size)
        return page
    }
}

/// What stands in front of a page (PageHeader of parquet.thrift).
struct ParquetPageHeader {
    struct Data {
        var valueCount = 0
        var nullCount = -1
        var encoding = 0
        var levelEncoding = ParquetEncoding.rle.rawValue
        var levelSize = 0
        var repetitionSize = 0
        var isCompressed = true
    }

    private(set) var type = -1
    private(set) var size = 0
    private(set) var storedSize = 0
    private(set) var checksum: Int?
    private(set) var data = Data()

    init(_ reader: inout ThriftReader) throws(DataError) {
        try reader.structure { (reader, field) throws(DataError) in
            switch field.id {
            case 1: type = try reader.integer(field)
            case 2: size = try reader.integer(field)
            case 3: storedSize = try reader.integer(field)
            case 4: checksum = try reader.integer(field)
            case 5: data = try Self.version1(&reader, field)
            case 7: data = try Self.dictionary(&reader, field)
            case 8: data = try Self.version2(&reader, field)
            default: return false
            }
            return true
        }
        guard (0...Int(Int32.max)).contains(size), storedSize >= 0, (0...Int(Int32.max)).contains(data.valueCount) else {
            throw DataError(.malformed, "a page of \(data.valueCount) values in \(storedSize) bytes, decompressed \(size)")
        }
    }

    private static func dictionary(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(DataError) -> Data {
        var data = Data()
        try reader.structure(field) { (reader, field) throws(DataError) in
            switch field.id {
            case 1: data.valueCount = try reader.integer(field)
            case 2: data.encoding = try reader.integer(field)
            default: return false
            }
            return true
        }
        return data
    }

    private static func version1(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(DataError) -> Data {
        var data = Data()
        try reader.structure(field) { (reader, field) throws(DataError) in
            switch field.id {
            case 1: data.valueCount = try reader.integer(field)
            case 2: data.encoding = try reader.integer(field)
            case 3: data.levelEncoding = try reader.integer(field)
            default: return false
            }
            return true
        }
        return data
    }

    private static func version2(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(DataError) -> Data {
        var data = Data()
        try reader.structure(field) { (reader, field) throws(DataError) in
            switch field.id {
            case 1: data.valueCount = try reader.integer(field)
            case 2: data.nullCount = try reader.integer(field)
            case 4: data.encoding = try reader.integer(field)
            case 5: data.levelSize = try reader.integer(field)
            case 6: data.repetitionSize = try reader.integer(field)
            case 7: data.isCompressed = try reader.bool(field)
            default: return false
            }
            return true
        }
        return data
    }
}
