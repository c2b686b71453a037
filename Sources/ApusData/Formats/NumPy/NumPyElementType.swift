/// The element types of `.npy` arrays that are read: plain numbers and booleans.
public enum NumPyElementType: String, Sendable, CaseIterable {
    case bool = "b1"
    case int8 = "i1"
    case int16 = "i2"
    case int32 = "i4"
    case int64 = "i8"
    case uint8 = "u1"
    case uint16 = "u2"
    case uint32 = "u4"
    case uint64 = "u8"
    case float16 = "f2"
    case float32 = "f4"
    case float64 = "f8"

    /// Bytes an element takes.
    public var size: Int { Int(rawValue.utf8.last! - UInt8(ascii: "0")) }

    public var isInteger: Bool { rawValue.first == "i" || rawValue.first == "u" || self == .bool }

    /// NumPy's name: `float32`.
    public var name: String {
        guard self != .bool else { return "bool" }
        let kind = isInteger ? rawValue.first == "u" ? "uint" : "int" : "float"
        return kind + String(8 * size)
    }

    /// NumPy's `dtype.str` in little-endian order: `<f4`, `|b1`.
    public var descriptor: String { (size == 1 ? "|" : "<") + rawValue }
}
