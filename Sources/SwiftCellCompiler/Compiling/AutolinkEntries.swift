import Glibc

/// The libraries that the modules of an object file ask for (`-lFoundation`), which the compiler leaves in a section of its own.
struct AutolinkEntries {
    /// Their names, as `Foundation`.
    let libraries: [String]

    private static let section = ".swift1_autolink_entries"

    /// Empty for a file that is no object file.
    init(objectFile path: String) {
        let bytes = Self.read(path)
        let arguments = Self.section(Self.section, of: bytes).map(Self.strings) ?? []
        libraries = arguments.filter { $0.hasPrefix("-l") }.map { String($0.dropFirst(2)) }
    }

    private static func strings(_ bytes: ArraySlice<UInt8>) -> [String] {
        var seen: Set<String> = []
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.filter { seen.insert($0).inserted }
    }

    /// The contents of a section of a 64-bit ELF file, least significant byte first.
    private static func section(_ name: String, of file: [UInt8]) -> ArraySlice<UInt8>? {
        func number(_ offset: Int, _ size: Int) -> Int? {
            guard offset >= 0, offset + size <= file.count else { return nil }
            return (0..<size).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
        }
        guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let table = number(0x28, 8), let size = number(0x3A, 2),
            let count = number(0x3C, 2), let namesIndex = number(0x3E, 2), let names = number(table + namesIndex * size + 0x18, 8)
        else { return nil }
        for index in 0..<count {
            let header = table + index * size
            guard let nameOffset = number(header, 4), let offset = number(header + 0x18, 8), let length = number(header + 0x20, 8),
                names + nameOffset < file.count, offset + length <= file.count
            else { return nil }
            if file[(names + nameOffset)...].prefix(while: { $0 != 0 }).elementsEqual(name.utf8) { return file[offset..<offset + length] }
        }
        return nil
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
    }
}
