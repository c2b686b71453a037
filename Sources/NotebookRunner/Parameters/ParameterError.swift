/// Why parameters given for a run cannot be used.
public struct ParameterError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
