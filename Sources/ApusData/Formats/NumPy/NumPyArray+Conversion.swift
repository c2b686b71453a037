extension NumPyArray {
    /// All values as Float32 in row-major order, sharing the mapped file where no conversion is needed.
    public func sharedFloats() -> SharedFloats {
        if let mappedFloats { return mappedFloats }
        return SharedFloats(count: count) { values in
            read {
                values[$0] = Float($1)
            } integer: {
                values[$0] = Float($1)
            } unsigned: {
                values[$0] = Float($1)
            }
        }
    }

    /// All values in row-major order. Integers above 2^24 are rounded.
    public func floats() -> [Float] {
        var values = [Float](repeating: 0, count: count)
        read {
            values[$0] = Float($1)
        } integer: {
            values[$0] = Float($1)
        } unsigned: {
            values[$0] = Float($1)
        }
        return values
    }

    /// All values in row-major order. Integers above 2^53 are rounded.
    public func doubles() -> [Double] {
        var values = [Double](repeating: 0, count: count)
        read {
            values[$0] = $1
        } integer: {
            values[$0] = Double($1)
        } unsigned: {
            values[$0] = Double($1)
        }
        return values
    }

    /// All values as integers in row-major order; floating-point values must be whole numbers.
    ///
    /// - Throws: `DataError` with the first index and value that is not an integer.
    public func integers() throws(DataError) -> [Int] {
        var values = [Int](repeating: 0, count: count)
        var failure: (index: Int, value: String)?
        func keep(_ index: Int, _ value: Int?, _ text: @autoclosure () -> String) {
            if let value { values[index] = value } else if failure == nil || index < failure!.index { failure = (index, text()) }
        }
        read {
            keep($0, Int(exactly: $1), "\($1)")
        } integer: {
            values[$0] = Int($1)
        } unsigned: {
            keep($0, Int(exactly: $1), "\($1)")
        }
        if let failure { throw DataError(.invalidValues, "expected integers, found \(failure.value) at index \(failure.index)") }
        return values
    }

    /// Hands every element, with its row-major index, to the closure for its kind.
    private func read(
        floating: (Int, Double) -> Void, integer: (Int, Int64) -> Void, unsigned: (Int, UInt64) -> Void
    ) {
        withElementBytes { bytes in
            switch elementType {
            case .bool: each(bytes, UInt8.self) { unsigned($0, $1 == 0 ? 0 : 1) }
            case .int8: each(bytes, UInt8.self) { integer($0, Int64(Int8(bitPattern: $1))) }
            case .int16: each(bytes, UInt16.self) { integer($0, Int64(Int16(bitPattern: $1))) }
            case .int32: each(bytes, UInt32.self) { integer($0, Int64(Int32(bitPattern: $1))) }
            case .int64: each(bytes, UInt64.self) { integer($0, Int64(bitPattern: $1)) }
            case .uint8: each(bytes, UInt8.self) { unsigned($0, UInt64($1)) }
            case .uint16: each(bytes, UInt16.self) { unsigned($0, UInt64($1)) }
            case .uint32: each(bytes, UInt32.self) { unsigned($0, UInt64($1)) }
            case .uint64: each(bytes, UInt64.self) { unsigned($0, $1) }
            case .float16: each(bytes, UInt16.self) { floating($0, Double(floatFromHalf($1))) }
            case .float32: each(bytes, UInt32.self) { floating($0, Double(Float(bitPattern: $1))) }
            case .float64: each(bytes, UInt64.self) { floating($0, Double(bitPattern: $1)) }
            }
        }
    }

    private func each<Bits: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _: Bits.Type, _ body: (Int, Bits) -> Void) {
        func element(_ offset: Int) -> Bits {
            let raw = bytes.loadUnaligned(fromByteOffset: offset * MemoryLayout<Bits>.size, as: Bits.self)
            return header.isBigEndian ? Bits(bigEndian: raw) : Bits(littleEndian: raw)
        }
        guard !isRowMajor else {
            for index in 0..<count { body(index, element(index)) }
            return
        }
        // An empty array may have strides beyond any number.
        guard count > 0 else { return }
        // Walk the row-major indices and keep the matching column-major offset beside them.
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        var position = [Int](repeating: 0, count: shape.count)
        var offset = 0
        for index in 0..<count {
            body(index, element(offset))
            var axis = shape.count - 1
            while axis >= 0 {
                position[axis] += 1
                offset += strides[axis]
                if position[axis] < shape[axis] { break }
                offset -= strides[axis] * shape[axis]
                position[axis] = 0
                axis -= 1
            }
        }
    }
}

/// IEEE 754 binary16 to binary32; exact. Written out because `Float16` is missing on some Swift platforms.
func floatFromHalf(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10 & 0x1F)
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0:
        let magnitude = Float(fraction) * 0x1p-24
        return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
