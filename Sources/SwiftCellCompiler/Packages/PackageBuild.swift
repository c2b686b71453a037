import ApusSession
import Glibc

/// Builds a Swift package, with the toolchain's package manager, so that cells can import its modules.
///
/// What was built is kept in the user's cache, and built again only where the sources have changed. All objects become one library, as cells
/// are libraries that find each other's symbols in the process.
package struct PackageBuild {
    private let toolchain: Toolchain
    private let modules: CellModules
    private let cache: String

    /// - Parameters:
    ///   - modules: Those that cells see already.
    ///   - cache: A folder for what is built.
    package init(toolchain: Toolchain, modules: CellModules, cache: String) {
        self.toolchain = toolchain
        self.modules = modules
        self.cache = cache
    }

    /// What a path holds that cells can use.
    ///
    /// - Parameters:
    ///   - path: Of a package's folder, or of a module map or its folder; absolute.
    ///   - work: A folder for the library.
    ///   - isCancelled: Asked again and again.
    /// - Throws: `CellError` that says what is wrong; `ToolFailure`; `CancellationError`.
    package func use(_ path: String, work: String, isCancelled: () -> Bool) throws -> UsedPackage {
        var resolved = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard let place = realpath(path, &resolved).map({ String(cString: $0) }) else {
            throw CellError(
                name: "NoPackage", title: "there is no file or folder \(path)", hint: "give the folder with Package.swift, or a module map")
        }
        guard access(place + "/Package.swift", R_OK) == 0 else {
            if let map = UsedPackage(moduleMap: place) { return map }
            throw CellError(
                name: "NoPackage", title: "\(path) is no Swift package and no module map",
                hint: "give the folder with Package.swift, or with module.modulemap")
        }
        do {
            return try build(place, library: "\(work)/lib\(place.split(separator: "/").last ?? "package").so", isCancelled: isCancelled)
        } catch let failure as PackageFailure {
            let lines = failure.text.split(separator: "\n").map(String.init).filter { !$0.isEmpty }
            let errors = lines.filter { $0.contains("error: ") }
            let first = errors.first { $0.contains(".swift:") } ?? errors.first ?? lines.last ?? "the package manager said nothing"
            throw CellError(
                name: "PackageNotBuilt", title: "the package \(path) cannot be used: \(first)", details: lines.suffix(20).map { $0 },
                hint: "`swift build -c release` in its folder shows the same")
        }
    }

    /// - Parameters:
    ///   - folder: With `Package.swift`; an absolute path.
    ///   - library: Where the library is put.
    ///   - isCancelled: Asked again and again.
    /// - Throws: `PackageFailure` with what the tools said, or why the package cannot be used; `ToolFailure`; `CancellationError`.
    private func build(_ folder: String, library: String, isCancelled: () -> Bool) throws -> UsedPackage {
        let scratch = cache + "/" + folder.replacing("/", with: "%")
        let manager = toolchain.root + "/bin/swift-package"
        let described = try run(manager, ["--package-path", folder, "--scratch-path", scratch, "describe", "--type", "json"], isCancelled)
        guard described.status == 0 else { throw PackageFailure(text: described.text) }
        let package = try SwiftPackage(describedBy: described.text, folder: folder)
        // By the name that it is called by, the package manager knows what it shall do.
        let options = ["-c", "release", "--package-path", folder, "--scratch-path", scratch]
        let built = try run(toolchain.root + "/bin/swift-build", options, isCancelled)
        guard built.status == 0 else { throw PackageFailure(text: built.text) }
        let products = scratch + "/release"
        let found = Folder.names(products + "/Modules", suffix: ".swiftmodule").filter { !package.programs.contains($0) }
        let known = Set(Folder.names(modules.folder, suffix: ".swiftmodule"))
        if let clash = found.first(where: known.contains) {
            throw PackageFailure(text: "it has a module \(clash), and so has Apus: two of one name cannot be in one process")
        }
        let objects = Folder.names(products, suffix: ".build").filter { !package.programs.contains($0) }.sorted().flatMap { target in
            Folder.files("\(products)/\(target).build", suffix: ".o")
        }
        guard !objects.isEmpty else { throw PackageFailure(text: "it has no library target, so there is nothing to import") }
        let linked = try run(
            toolchain.linker, ["-shared", "-z", "now", "-o", library, toolchain.startFile] + objects, isCancelled)
        guard linked.status == 0 else { throw PackageFailure(text: linked.text) }
        let generated: [String] = Folder.names(products, suffix: ".build").map { "\(products)/\($0).build/module.modulemap" }
        let maps = (package.moduleMaps + generated).filter { access($0, R_OK) == 0 }
        return UsedPackage(
            name: package.name, modules: found.sorted(),
            arguments: ["-I", products + "/Modules"] + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] },
            library: library, needs: Array(Set(objects.flatMap { AutolinkEntries(objectFile: $0).libraries })).sorted())
    }

    private func run(_ program: String, _ arguments: [String], _ isCancelled: () -> Bool) throws -> ToolRun {
        try ToolRun(program, arguments, timeLimit: .seconds(3600), isCancelled: isCancelled)
    }
}

/// What is in folders; nothing for what cannot be read.
private enum Folder {
    /// The names that end so, without their ends.
    static func names(_ path: String, suffix: String) -> [String] {
        entries(path).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    }

    /// The paths of the files in it and below.
    static func files(_ path: String, suffix: String) -> [String] {
        entries(path).sorted().flatMap { name in
            let inner = "\(path)/\(name)"
            var status = stat()
            guard lstat(inner, &status) == 0 else { return [String]() }
            if status.st_mode & S_IFMT == S_IFDIR { return files(inner, suffix: suffix) }
            return name.hasSuffix(suffix) ? [inner] : []
        }
    }

    private static func entries(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
