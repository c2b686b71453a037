/// A Swift type that is an element of `.npy` arrays as it lies in memory.
public protocol NumPyElement: BitwiseCopyable, Sendable {
    static var numPyType: NumPyElementType { get }
}

extension Double: NumPyElement { public static var numPyType: NumPyElementType { .float64 } }
extension Float: NumPyElement { public static var numPyType: NumPyElementType { .float32 } }
extension Bool: NumPyElement { public static var numPyType: NumPyElementType { .bool } }
extension Int8: NumPyElement { public static var numPyType: NumPyElementType { .int8 } }
extension Int16: NumPyElement { public static var numPyType: NumPyElementType { .int16 } }
extension Int32: NumPyElement { public static var numPyType: NumPyElementType { .int32 } }
extension Int64: NumPyElement { public static var numPyType: NumPyElementType { .int64 } }
extension UInt8: NumPyElement { public static var numPyType: NumPyElementType { .uint8 } }
extension UInt16: NumPyElement { public static var numPyType: NumPyElementType { .uint16 } }
extension UInt32: NumPyElement { public static var numPyType: NumPyElementType { .uint32 } }
extension UInt64: NumPyElement { public static var numPyType: NumPyElementType { .uint64 } }
