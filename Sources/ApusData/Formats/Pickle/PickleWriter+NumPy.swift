import ApusPickle

extension PickleWriter {
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
        bytes(elements.flatMap { element in withUnsafeBytes(of: element.littleEndian, Array.init) })
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
}
