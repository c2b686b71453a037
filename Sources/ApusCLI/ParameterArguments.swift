/// Parameters are given as papermill takes them, `-p name value`: two words after one option, which the parser does not know.
enum ParameterArguments {
    static let option = "--parameter"
    private static let commands: Set<String> = ["run", "check"]

    /// The arguments with `-p name value` and `-p name=value` as the one word `--parameter=name=value`.
    static func joined(_ arguments: [String]) -> [String] {
        guard let command = arguments.first, commands.contains(command) else { return arguments }
        var joined: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                return joined + [argument] + rest
            } else if argument == "-p" || argument == option, let name = rest.first, !name.hasPrefix("-") {
                rest.removeFirst()
                // Without a value the word stays without `=`, and the command says what is missing.
                let value = name.contains("=") ? nil : rest.popFirst()
                joined.append("\(option)=\(name)\(value.map { "=" + $0 } ?? "")")
            } else {
                joined.append(argument)
            }
        }
        return joined
    }
}
