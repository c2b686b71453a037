import CSwiftCells
import Glibc
import SwiftCellCompiler

/// Where in the cells a trap came from.
struct Backtrace {
    /// `divide(_:_:) at cell [3]:4`, innermost first; calls of other code are left out.
    let lines: [String]

    init(_ frames: [UInt], toolchain: Toolchain) {
        var lines: [String] = []
        for (index, frame) in frames.enumerated() {
            // What is on the stack is where the call returns to; the call is before it.
            let address = index == 0 ? frame : frame - 1
            guard let pointer = UnsafeRawPointer(bitPattern: address), cswiftcells_is_cell_code(pointer) != 0 else { continue }
            var base: UnsafeRawPointer?
            guard let path = cswiftcells_library_of(pointer, &base), let base else { continue }
            let offset = address - UInt(bitPattern: base)
            let run = try? ToolRun(
                toolchain.symbolizer, ["--obj=\(String(cString: path))", "--output-style=GNU", "--demangle", "0x" + String(offset, radix: 16)])
            if let line = Self.line(run?.text ?? "") { lines.append(line) }
            if lines.count == 20 { break }
        }
        self.lines = lines
    }

    /// From the symbolizer's lines, a function and a place for each call that stands at the address: the first is the innermost.
    private static func line(_ output: String) -> String? {
        let parts = output.split(separator: "\n").map(String.init)
        guard parts.count >= 2 else { return nil }
        // What the compiler checks has a function of its own in the debug information: `Swift runtime failure: arithmetic overflow`.
        let failure = parts[0].hasPrefix("Swift runtime failure: ") ? String(parts[0].dropFirst("Swift runtime failure: ".count)) : nil
        let index = failure == nil || parts.count < 4 ? 0 : 2
        let place = parts[index + 1].split(separator: "/").last.map(String.init) ?? parts[index + 1]
        if place.hasPrefix("??") { return nil }
        return (failure.map { $0 + " in " } ?? "") + function(parts[index]) + " at " + place
    }

    private static func function(_ symbol: String) -> String {
        if symbol.hasPrefix("apus_") { return "the cell" }
        guard let text = swift_demangle(symbol, symbol.utf8.count, nil, nil, 0) else { return symbol }
        defer { free(text) }
        // `Cell5.pick(Swift.Int) -> Swift.Int` without the modules.
        return String(cString: text).replacing(/\b(Cell[0-9]+|Swift)\./, with: "")
    }
}
