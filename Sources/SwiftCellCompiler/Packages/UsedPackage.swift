import Glibc

/// What cells need in order to import a package, or the modules of a module map.
package struct UsedPackage: Sendable {
    package let name: String
    /// What the package offers, for messages.
    package let modules: [String]
    /// For the compiler.
    package let arguments: [String]
    /// To be loaded before cells that import it; nil for a module map.
    package let library: String?
    /// The libraries that it asks for itself, as `Foundation`.
    package let needs: [String]

    /// - Parameter path: A module map, or a folder with one.
    /// - Returns: Nil when there is none.
    package init?(moduleMap path: String) {
        let file = path.hasSuffix(".modulemap") ? path : path + "/module.modulemap"
        guard let text = FileText.read(file) else { return nil }
        modules = text.matches(of: /(?m)^\s*(?:framework\s+)?module\s+([A-Za-z_][A-Za-z0-9_]*)/).map { String($0.output.1) }
        name = modules.first ?? file
        arguments = ["-Xcc", "-fmodule-map-file=\(file)"]
        library = nil
        needs = []
    }

    init(name: String, modules: [String], arguments: [String], library: String, needs: [String]) {
        self.name = name
        self.modules = modules
        self.arguments = arguments
        self.library = library
        self.needs = needs
    }
}

enum FileText {
    /// Nil for what is no file that can be read.
    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return ferror(file) == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += buffer[..<count]
        }
    }
}
