/// One thing that a run needs, and whether it is there.
package struct EnvironmentCheck: Sendable, Equatable {
    package enum Status: String, Sendable, Equatable {
        case ok, warning, missing

        package var mark: String {
            switch self {
            case .ok: "✓"
            case .warning: "!"
            case .missing: "✗"
            }
        }
    }

    package let name: String
    package let status: Status
    /// What was found: versions, sizes, counts.
    package let found: String
    /// What to do; empty when all is well.
    package let fix: String

    package init(_ name: String, _ status: Status, _ found: String, fix: String = "") {
        self.name = name
        self.status = status
        self.found = found
        self.fix = fix
    }
}
