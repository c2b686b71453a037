import ApusSession
import ArgumentParser

/// `%%install`: checks what the run needs, with the fix beside each failure.
struct InstallMagic: Magic {
    static let name = "install"
    static let abstract = "Checks what the run needs: processor, memory, disk, libraries, GPU and hub."
    static let discussion = "Nothing is installed: the binary carries what it needs, and what is missing is named with the command that installs it."
    static let example = "%%install --hub file:~/.local/share/apus/hub"
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.environment]

    @Option(help: "The hub that later cells use.") var hub: String?
    @Option(help: "Fail unless this is there.") var require: [Requirement] = []

    enum Requirement: String, CaseIterable, ExpressibleByArgument {
        case cuda
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let report = EnvironmentReport(cell.environment, hub: hub, requiresCUDA: require.contains(.cuda))
        cell.out.display(report.table.bundle)
        let missing = report.checks.filter { $0.status == .missing }
        guard missing.isEmpty else {
            throw CellFailure(
                "MissingRequirement", "\(missing.map(\.name).joined(separator: ", ")): not as the run needs it",
                details: missing.map { "\($0.name): \($0.found)" }, hint: missing.map(\.fix).filter { !$0.isEmpty }.joined(separator: "; "))
        }
        cell.workspace[WorkspaceKeys.environment] = report
    }
}

extension WorkspaceKeys {
    static let environment = WorkspaceKey<EnvironmentReport>("environment", producedBy: "install") { report in
        "\(report.checks.count) checks, \(report.checks.filter { $0.status == .warning }.count) warnings"
    }
}
