/// Why the kernel could not be registered.
struct InstallError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
