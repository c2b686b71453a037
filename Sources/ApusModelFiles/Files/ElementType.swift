/// The element types of arrays in PyTorch and safetensors files that are read. Complex, quantised and 8-bit floating-point ones are refused
/// by name.
public enum ElementType: String, Sendable, CaseIterable {
    case float64, float32, float16, bfloat16
    case int64, int32, int16, int8
    case uint64, uint32, uint16, uint8, bool

    /// Bytes an element takes.
    public var size: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// From the class of a storage, such as `FloatStorage`; nil for one that is not read.
    init?(storageClass name: some StringProtocol) {
        switch name {
        case "DoubleStorage": self = .float64
        case "FloatStorage": self = .float32
        case "HalfStorage": self = .float16
        case "BFloat16Storage": self = .bfloat16
        case "LongStorage": self = .int64
        case "IntStorage": self = .int32
        case "ShortStorage": self = .int16
        case "CharStorage": self = .int8
        case "ByteStorage": self = .uint8
        case "BoolStorage": self = .bool
        default: return nil
        }
    }

    /// From a safetensors header, such as `F32`; nil for one that is not read.
    init?(safetensors name: String) {
        switch name {
        case "F64": self = .float64
        case "F32": self = .float32
        case "F16": self = .float16
        case "BF16": self = .bfloat16
        case "I64": self = .int64
        case "I32": self = .int32
        case "I16": self = .int16
        case "I8": self = .int8
        case "U64": self = .uint64
        case "U32": self = .uint32
        case "U16": self = .uint16
        case "U8": self = .uint8
        case "BOOL": self = .bool
        default: return nil
        }
    }

    /// All values of `bytes`, rounded to Float32.
    func floats(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool = false) -> [Float] {
        let count = bytes.count / size
        return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            for index in 0..<count { buffer.initializeElement(at: index, to: float(bytes, at: index * size, isBigEndian: isBigEndian)) }
            filled = count
        }
    }

    /// The value at the byte `offset`, rounded to Float32.
    func float(_ bytes: UnsafeRawBufferPointer, at offset: Int, isBigEndian: Bool) -> Float {
        func bits<Bits: FixedWidthInteger>(_: Bits.Type) -> Bits {
            let raw = bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)
            return isBigEndian ? Bits(bigEndian: raw) : Bits(littleEndian: raw)
        }
        return switch self {
        case .float64: Float(Double(bitPattern: bits(UInt64.self)))
        case .float32: Float(bitPattern: bits(UInt32.self))
        case .float16: floatFromHalf(bits(UInt16.self))
        case .bfloat16: Float(bitPattern: UInt32(bits(UInt16.self)) << 16)
        case .int64: Float(bits(Int64.self))
        case .int32: Float(bits(Int32.self))
        case .int16: Float(bits(Int16.self))
        case .int8: Float(bits(Int8.self))
        case .uint64: Float(bits(UInt64.self))
        case .uint32: Float(bits(UInt32.self))
        case .uint16: Float(bits(UInt16.self))
        case .uint8: Float(bits(UInt8.self))
        case .bool: bits(UInt8.self) == 0 ? 0 : 1
        }
    }
}
