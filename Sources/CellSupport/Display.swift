public import ApusSession

/// Shows a value below the cell, as its last expression would be; it can be replaced, also by a later cell.
///
/// ```swift
/// let view = display("0 %")
/// for percent in 1...100 { view.update(MIMEBundle(text: "\(percent) %")) }
/// ```
/// - Returns: What updates it.
@discardableResult
public func display(_ value: Any) -> DisplayHandle {
    DisplayHandle(id: CellHost.shared.cell?.out.makeDisplay(MIMEBundle(showing: value)).id)
}

/// Something shown that can be replaced; the name is that of IPython's.
public struct DisplayHandle: Sendable {
    /// Nil when it was made while no cell ran.
    public let id: String?

    /// Shows another value in its place, wherever in the notebook that is. Without effect while no cell runs.
    public func update(_ value: Any) {
        guard let id, let output = CellHost.shared.cell?.out else { return }
        output.update(id, MIMEBundle(showing: value))
    }
}

/// Shows a progress bar. It says that it was stopped when the cell ends before it is finished.
///
/// - Parameters:
///   - total: How much there is to do; nil when nobody knows.
///   - unit: What is counted.
/// - Returns: Nil when no cell runs.
public func progress(_ title: String, total: Int? = nil, unit: ProgressUnit = "steps") -> ProgressDisplay? {
    CellHost.shared.cell?.progress(title, total: total, unit: unit)
}

/// Asks the person in front of the notebook for a line, in place of the standard library's function: a cell has no standard input.
///
/// - Returns: Nil when nobody can be asked, or the cell is interrupted.
@MainActor public func readLine(strippingNewline: Bool = true) -> String? {
    guard let cell = CellHost.shared.cell else { return nil }
    let answer = try? apusWait { try await cell.requestInput("", isPassword: false) }
    return answer.map { strippingNewline ? $0 : $0 + "\n" }
}
