/// Appends the opcodes of a pickle.
package struct PickleWriter {
    package private(set) var bytes: [UInt8]

    /// - Parameter version: the protocol: 2 is the one of PyTorch, 3 the oldest with bytes, read by every Python 3.
    package init(protocol version: UInt8) { bytes = [PickleOpcode.proto.rawValue, version] }

    package mutating func opcode(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

    package mutating func global(_ module: String, _ name: String) {
        opcode(.global)
        bytes.append(contentsOf: "\(module)\n\(name)\n".utf8)
    }

    package mutating func bool(_ value: Bool) { opcode(value ? .newTrue : .newFalse) }

    package mutating func int(_ value: Int) {
        if let value = Int32(exactly: value) {
            opcode(.binInt)
            append(UInt32(bitPattern: value))
        } else {
            opcode(.long1)
            bytes.append(8)
            append(UInt64(bitPattern: Int64(value)))
        }
    }

    package mutating func text(_ value: String) {
        opcode(.binUnicode)
        append(UInt32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// An IEEE 754 number, big-endian as the opcode has it.
    package mutating func double(_ value: Double) {
        opcode(.binFloat)
        withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func bytes(_ value: [UInt8]) {
        opcode(.binBytes)
        append(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func member(_ name: String, _ value: (inout PickleWriter) -> Void) {
        text(name)
        value(&self)
    }

    package mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
