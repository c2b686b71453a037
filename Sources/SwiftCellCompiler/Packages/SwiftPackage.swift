import ApusJSON

/// A Swift package on disk, as far as cells need to know: what is in it and where its parts are built.
struct SwiftPackage {
    struct Target {
        let name: String
        /// `library`, `executable`, `test`, `system-target`, ...
        let type: String
        /// From the package's folder.
        let path: String
    }

    let name: String
    let folder: String
    let targets: [Target]

    /// From the output of `swift package describe --type json`.
    ///
    /// - Throws: `PackageFailure` when it is something else.
    init(describedBy text: String, folder: String) throws(PackageFailure) {
        // Notes of the package manager come before.
        let lines = text.split(separator: "\n").drop { $0 != "{" }
        guard let description = try? JSON(parsing: lines.joined(separator: "\n")), let name = description["name"]?.string,
            let targets = description["targets"]?.array
        else { throw PackageFailure(text: text) }
        self.name = name
        self.folder = folder
        self.targets = targets.compactMap { target in
            guard let name = target["c99name"]?.string ?? target["name"]?.string, let type = target["type"]?.string,
                let path = target["path"]?.string
            else { return nil }
            return Target(name: name, type: type, path: path)
        }
    }

    /// The targets that programs are made of, which nothing can import.
    var programs: Set<String> { Set(targets.filter { $0.type != "library" && $0.type != "system-target" }.map(\.name)) }

    /// Where the module maps of its targets of C and of the system's libraries may be.
    var moduleMaps: [String] {
        targets.flatMap { target in ["module.modulemap", "include/module.modulemap"].map { "\(folder)/\(target.path)/\($0)" } }
    }
}

/// What the package manager said in place of what was asked for.
package struct PackageFailure: Error {
    package let text: String
}
