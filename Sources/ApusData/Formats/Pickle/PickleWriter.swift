/// Appends the opcodes of a protocol 3 pickle: the oldest protocol with bytes, read by every Python 3.
struct PickleWriter {
    private(set) var bytes: [UInt8] = [PickleOpcode.proto.rawValue, 3]

    mutating func opcode(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

    mutating func global(_ module: String, _ name: String) {
        opcode(.global)
        bytes.append(contentsOf: "\(module)\n\(name)\n".utf8)
    }

    mutating func bool(_ value: Bool) { opcode(value ? .newTrue : .newFalse) }

    mutating func int(_ value: Int) {
        if let value = Int32(exactly: value) {
            opcode(.binInt)
            append(UInt32(bitPattern: value))
        } else {
            opcode(.long1)
            bytes.append(8)
            append(UInt64(bitPattern: Int64(value)))
        }
    }

    mutating func text(_ value: String) {
        opcode(.binUnicode)
        append(UInt32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func member(_ name: String, _ value: (inout PickleWriter) -> Void) {
        text(name)
        value(&self)
    }

    /// `numpy.int64(value)`.
    mutating func numPyInt64(_ value: Int) {
        global("numpy", "int64")
        int(value)
        opcode(.tuple1)
        opcode(.reduce)
    }

    /// `numpy.ndarray((n,), numpy.dtype(type), bytes)` of 8-byte elements.
    mutating func array(_ elements: [UInt64], type: String) {
        global("numpy", "ndarray")
        int(elements.count)
        opcode(.tuple1)
        global("numpy", "dtype")
        text(type)
        opcode(.tuple1)
        opcode(.reduce)
        opcode(.binBytes)
        append(UInt32(elements.count * 8))
        for element in elements { append(element) }
        opcode(.tuple3)
        opcode(.reduce)
    }

    /// `numpy.array([...], 'O')`.
    mutating func texts(_ values: [String]) {
        global("numpy", "array")
        opcode(.emptyList)
        opcode(.mark)
        for value in values { text(value) }
        opcode(.appends)
        text("O")
        opcode(.tuple2)
        opcode(.reduce)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
