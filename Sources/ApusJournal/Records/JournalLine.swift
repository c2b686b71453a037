import ApusJSON
import ApusText

/// How a record stands in the file: a line of eight hexadecimal digits, a space and the record as JSON, which has no line breaks.
///
/// The digits are the CRC-32 of the JSON, so that a line that a kill cut short, or that a disk damaged, is recognised and left out.
/// Hub tokens are masked in the finished text: whatever a cell showed, and whatever a source holds, no token reaches the disk.
package enum JournalLine {
    package static let lineBreak = UInt8(ascii: "\n")
    private static let digits = Array("0123456789abcdef".utf8)
    private static let prefix = 9

    package static func encode(_ record: JournalRecord) -> [UInt8] {
        let text = Array(TokenMask.masking(record.json.text()).utf8)
        let checksum = text.withUnsafeBytes { CRC32.checksum($0) }
        var line: [UInt8] = []
        line.reserveCapacity(prefix + text.count + 1)
        for shift in stride(from: UInt32(28), through: 0, by: -4) { line.append(digits[Int(checksum >> shift & 15)]) }
        line.append(UInt8(ascii: " "))
        line += text
        line.append(lineBreak)
        return line
    }

    /// - Parameter line: without its line break.
    /// - Returns: nil when the line is damaged, or is no record of this version.
    package static func decode(_ line: UnsafeRawBufferPointer) -> JournalRecord? {
        guard line.count > prefix, line[prefix - 1] == UInt8(ascii: " ") else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: line[prefix...])
        guard UInt32(String(decoding: line[..<(prefix - 1)], as: UTF8.self), radix: 16) == CRC32.checksum(text) else { return nil }
        return (try? JSON(parsing: text)).flatMap(JournalRecord.init)
    }
}
