/// Decompression of deflate data (RFC 1951) into memory whose size is known beforehand: more is an error, and so is less.
package enum Inflate {
    /// Deflate makes at most 258 bytes of two bits, so that what claims more is refused before memory is taken for it.
    package static let largestRatio = 1032

    /// - Parameter size: bytes that the data must decompress to.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, size: Int) throws(ZipError) -> [UInt8] {
        guard size <= bytes.count * largestRatio else {
            throw ZipError(.malformed, "\(bytes.count) compressed bytes cannot hold \(size)")
        }
        var failure: ZipError?
        let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            var inflater = Inflater(input: bytes, output: buffer)
            do throws(ZipError) {
                try inflater.run()
                filled = size
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }
}

private struct Inflater {
    private var bits: BitReader
    private let output: UnsafeMutableBufferPointer<UInt8>
    private var filled = 0

    init(input: UnsafeRawBufferPointer, output: UnsafeMutableBufferPointer<UInt8>) {
        bits = BitReader(bytes: input)
        self.output = output
    }

    mutating func run() throws(ZipError) {
        var isLast = false
        while !isLast {
            isLast = try bits.take(1) == 1
            switch try bits.take(2) {
            case 0: try copyStored()
            case 1: try decode(literals: Self.fixedLiterals, distances: Self.fixedDistances)
            case 2:
                let (literals, distances) = try readTables()
                try decode(literals: literals, distances: distances)
            default: throw malformed("a block of an unknown kind")
            }
        }
        guard filled == output.count else { throw malformed("they hold \(filled) bytes instead of \(output.count)") }
    }

    private func malformed(_ reason: String) -> ZipError { ZipError(.malformed, "the compressed data are damaged: \(reason)") }

    private mutating func copyStored() throws(ZipError) {
        let length = try bits.alignedNumber()
        guard try bits.alignedNumber() == ~length & 0xFFFF else { throw malformed("a stored block with a wrong length") }
        let source = try bits.alignedBytes(length)
        guard length <= output.count - filled else { throw malformed("more bytes than announced") }
        UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(output)[filled...]).copyMemory(from: source)
        filled += length
    }

    private mutating func decode(literals: HuffmanTable, distances: HuffmanTable) throws(ZipError) {
        while true {
            let symbol = try literals.next(&bits)
            if symbol < 256 {
                guard filled < output.count else { throw malformed("more bytes than announced") }
                output[filled] = UInt8(symbol)
                filled += 1
                continue
            }
            if symbol == 256 { return }
            guard symbol <= 285 else { throw malformed("an unknown length") }
            let (base, extra) = Self.lengths[symbol - 257]
            let length = base + (try bits.take(extra))
            let distanceSymbol = try distances.next(&bits)
            guard distanceSymbol <= 29 else { throw malformed("an unknown distance") }
            let (distanceBase, distanceExtra) = Self.distances[distanceSymbol]
            let distance = distanceBase + (try bits.take(distanceExtra))
            guard distance <= filled else { throw malformed("a distance beyond the beginning") }
            guard length <= output.count - filled else { throw malformed("more bytes than announced") }
            // Byte by byte, because source and destination may overlap: that is how runs are written.
            for offset in 0..<length { output[filled + offset] = output[filled + offset - distance] }
            filled += length
        }
    }

    /// The two code tables in front of a dynamic block (RFC 1951, 3.2.7).
    private mutating func readTables() throws(ZipError) -> (literals: HuffmanTable, distances: HuffmanTable) {
        let literalCount = try bits.take(5) + 257
        let distanceCount = try bits.take(5) + 1
        let lengthCount = try bits.take(4) + 4
        var codeLengths = [UInt8](repeating: 0, count: 19)
        for position in Self.codeLengthOrder.prefix(lengthCount) { codeLengths[position] = UInt8(try bits.take(3)) }
        let table = try HuffmanTable(lengths: codeLengths)
        var lengths: [UInt8] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try table.next(&bits)
            var (value, count): (UInt8, Int) = (0, 1)
            switch symbol {
            case 16:
                guard let last = lengths.last else { throw malformed("a repetition of nothing") }
                (value, count) = (last, 3 + (try bits.take(2)))
            case 17: count = 3 + (try bits.take(3))
            case 18: count = 11 + (try bits.take(7))
            default: value = UInt8(symbol)
            }
            guard lengths.count + count <= literalCount + distanceCount else { throw malformed("too many code lengths") }
            lengths += [UInt8](repeating: value, count: count)
        }
        return (
            try HuffmanTable(lengths: Array(lengths[..<literalCount])), try HuffmanTable(lengths: Array(lengths[literalCount...]))
        )
    }

    private static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// First value and number of extra bits of the symbols from 257 on.
    private static let lengths: [(base: Int, extra: Int)] =
        (3...10).map { ($0, 0) }
        + (1...5).flatMap { extra in (0..<4).map { ((4 + $0) << extra + 3, extra) } } + [(258, 0)]

    private static let distances: [(base: Int, extra: Int)] =
        (1...4).map { ($0, 0) } + (1...13).flatMap { extra in (0..<2).map { ((2 + $0) << extra + 1, extra) } }

    // The codes are complete by construction, so that making their tables cannot fail.
    private static let fixedLiterals = HuffmanTable(
        complete: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112) + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 8, count: 8))
    private static let fixedDistances = HuffmanTable(complete: [UInt8](repeating: 5, count: 32))
}

/// A canonical Huffman code as one table over its longest code: the entry at the next bits is the symbol with its length.
private struct HuffmanTable: Sendable {
    private let entries: [UInt16]
    private let width: Int

    /// - Throws: when the lengths are no code: more codes than there can be. Codes that are left out are found when they are used.
    init(lengths: [UInt8]) throws(ZipError) {
        var free = 1 << 15
        for length in lengths where length > 0 { free -= 1 << (15 - Int(length)) }
        guard free >= 0 else { throw ZipError(.malformed, "the compressed data are damaged: a code with too many symbols") }
        self.init(complete: lengths)
    }

    init(complete lengths: [UInt8]) {
        width = max(1, Int(lengths.max() ?? 0))
        var entries = [UInt16](repeating: 0, count: 1 << width)
        var code = 0
        for length in 1...width {
            for (symbol, symbolLength) in lengths.enumerated() where Int(symbolLength) == length {
                let reversed = (0..<length).reduce(0) { $0 << 1 | (code >> $1 & 1) }
                for index in stride(from: reversed, to: entries.count, by: 1 << length) { entries[index] = UInt16(symbol << 4 | length) }
                code += 1
            }
            code <<= 1
        }
        self.entries = entries
    }

    func next(_ bits: inout BitReader) throws(ZipError) -> Int {
        let entry = Int(entries[bits.peek(width)])
        guard entry != 0 else { throw ZipError(.malformed, "the compressed data are damaged: an unknown code") }
        try bits.skip(entry & 15)
        return entry >> 4
    }
}

/// Bits from the lowest of each byte on.
private struct BitReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var buffer: UInt64 = 0
    private var count = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private mutating func fill() {
        while count <= 56, position < bytes.count {
            buffer |= UInt64(bytes[position]) << UInt64(count)
            position += 1
            count += 8
        }
    }

    /// The next bits, with zeros behind the end.
    mutating func peek(_ width: Int) -> Int {
        if count < width { fill() }
        return Int(buffer & (1 << UInt64(width) - 1))
    }

    mutating func skip(_ width: Int) throws(ZipError) {
        guard width <= count else { throw ZipError(.malformed, "the compressed data end too early") }
        buffer >>= UInt64(width)
        count -= width
    }

    mutating func take(_ width: Int) throws(ZipError) -> Int {
        let value = peek(width)
        try skip(width)
        return value
    }

    /// Two bytes from the next byte boundary on.
    mutating func alignedNumber() throws(ZipError) -> Int {
        try skip(count % 8)
        return try take(16)
    }

    mutating func alignedBytes(_ length: Int) throws(ZipError) -> UnsafeRawBufferPointer {
        let start = position - count / 8
        guard length <= bytes.count - start else { throw ZipError(.malformed, "the compressed data end too early") }
        (position, buffer, count) = (start + length, 0, 0)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
    }
}
