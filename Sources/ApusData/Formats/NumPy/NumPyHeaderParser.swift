/// Reads the Python dictionary literal in a `.npy` header. Nothing is evaluated: only the three known keys and their forms exist.
struct NumPyHeaderParser {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func parse() throws(DataError) -> NumPyHeader {
        var descriptor: String?
        var fortranOrder: Bool?
        var shape: [Int]?
        try expect("{")
        while !accept("}") {
            let key = try parseString()
            try expect(":")
            switch key {
            case "descr":
                guard peek() != UInt8(ascii: "[") else {
                    throw DataError(.unsupported, "structured .npy arrays are not read; save each field as an array of its own")
                }
                descriptor = try parseString()
            case "fortran_order": fortranOrder = try parseBool()
            case "shape": shape = try parseShape()
            default: throw malformed("unknown key '\(key)'")
            }
            if !accept(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard position == bytes.count else { throw malformed("text after the dictionary") }
        guard let descriptor, let fortranOrder, let shape else {
            throw malformed("one of the keys 'descr', 'fortran_order', 'shape' is missing")
        }
        let (elementType, isBigEndian) = try Self.elementType(descriptor)
        return NumPyHeader(elementType: elementType, isBigEndian: isBigEndian, isFortranOrder: fortranOrder, shape: shape)
    }

    private static func elementType(_ descriptor: String) throws(DataError) -> (NumPyElementType, isBigEndian: Bool) {
        let order = descriptor.first
        guard let order, "<>|=".contains(order) else { throw DataError(.malformed, "the .npy header is wrong: '\(descriptor)' is not a type") }
        let name = String(descriptor.dropFirst())
        if let type = NumPyElementType(rawValue: name) { return (type, order == ">") }
        if name.hasPrefix("O") {
            throw DataError(
                .unsupported,
                "the array holds Python objects ('\(descriptor)'), which only running pickled code could load; save it with a number dtype")
        }
        throw DataError(
            .unsupported,
            "arrays of type '\(descriptor)' are not read; convert to one of \(NumPyElementType.allCases.map(\.rawValue).joined(separator: " "))")
    }

    private func malformed(_ reason: String) -> DataError {
        DataError(.malformed, "the .npy header is wrong at byte \(position): \(reason)")
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D { position += 1 }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        skipSpace()
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(DataError) {
        guard accept(character) else { throw malformed("expected '\(character)'") }
    }

    private mutating func parseString() throws(DataError) -> String {
        skipSpace()
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { throw malformed("expected a string") }
        position += 1
        let start = position
        while let byte = peek(), byte != quote {
            guard byte != UInt8(ascii: "\\"), byte >= 0x20 else { throw malformed("unexpected character in a string") }
            position += 1
        }
        guard peek() == quote else { throw malformed("the string does not end") }
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func parseBool() throws(DataError) -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw malformed("expected True or False")
    }

    private mutating func parseShape() throws(DataError) -> [Int] {
        var shape: [Int] = []
        try expect("(")
        while !accept(")") {
            shape.append(try parseExtent())
            guard shape.count <= 64 else { throw malformed("more than 64 dimensions") }
            if !accept(",") {
                // `(3)` is not a tuple in Python.
                guard shape.count != 1 else { throw malformed("expected ',' after a single dimension") }
                try expect(")")
                break
            }
        }
        return shape
    }

    private mutating func parseExtent() throws(DataError) -> Int {
        skipSpace()
        let start = position
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let extent = Int(digits) else { throw malformed(digits.isEmpty ? "expected a dimension" : "the dimension \(digits) is too large") }
        // Python 2 wrote long integers with a suffix.
        if peek() == UInt8(ascii: "L") { position += 1 }
        return extent
    }
}
