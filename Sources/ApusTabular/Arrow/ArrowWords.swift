import ApusData

/// Numbers, integers and moments of a column in one batch, as 64 bits each.
enum ArrowWords {
    /// Writes `count` values to `output`.
    static func load(
        _ kind: ArrowField.Kind, _ bytes: UnsafeRawBufferPointer, _ count: Int, into output: UnsafeMutablePointer<UInt64>
    ) throws(DataError) {
        guard count > 0 else { return }
        func start(_ width: Int) throws(DataError) -> UnsafeRawPointer {
            guard count <= bytes.count / width, let start = bytes.baseAddress else { throw ByteCursor.ended }
            return start
        }
        func each<Number: BitwiseCopyable>(_ type: Number.Type, _ word: (Number) -> UInt64) throws(DataError) {
            let width = MemoryLayout<Number>.size
            let source = try start(width)
            for index in 0..<count { output[index] = word(source.loadUnaligned(fromByteOffset: width * index, as: Number.self)) }
        }
        switch kind {
        case .integer(8, true): try each(Int8.self) { UInt64(bitPattern: Int64($0)) }
        case .integer(16, true): try each(Int16.self) { UInt64(bitPattern: Int64($0)) }
        case .integer(32, true), .days: try each(Int32.self) { UInt64(bitPattern: Int64($0)) }
        case .integer(8, false): try each(UInt8.self) { UInt64($0) }
        case .integer(16, false): try each(UInt16.self) { UInt64($0) }
        case .integer(32, false): try each(UInt32.self) { UInt64($0) }
        case .integer, .timestamp, .number(64): UnsafeMutableRawPointer(output).copyMemory(from: try start(8), byteCount: 8 * count)
        case .number(16): try each(UInt16.self) { HalfFloat.double($0).bitPattern }
        case .number: try each(Float.self) { Double($0).bitPattern }
        case .decimal(32, let scale): try each(Int32.self) { DecimalScale.number(Int128($0), scale: scale).bitPattern }
        case .decimal(64, let scale): try each(Int64.self) { DecimalScale.number(Int128($0), scale: scale).bitPattern }
        case .decimal(_, let scale): try each(Int128.self) { DecimalScale.number($0, scale: scale).bitPattern }
        case .null, .boolean, .text, .textView, .unsupported: throw DataError(.malformed, "\(kind) as numbers")
        }
    }

    /// From what is stored to what it means, in place; what stands where values are missing is 0 by now.
    static func convert(_ kind: ArrowField.Kind, _ words: UnsafeMutablePointer<UInt64>, count: Int) throws(DataError) {
        switch kind {
        case .timestamp(let perSecond): try MomentScale.toMilliseconds(words, count: count, perSecond: perSecond)
        case .days: try MomentScale.daysToMilliseconds(words, count: count)
        case .integer(64, false):
            for index in 0..<count where words[index] > UInt64(Int64.max) {
                throw DataError(
                    .unsupported, "the value \(words[index]) is above \(Int64.max), the largest that is read; write the column as doubles")
            }
        default: break
        }
    }
}
