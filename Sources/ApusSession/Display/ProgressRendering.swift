/// A progress bar as text for terminals and logs, and as HTML that follows the theme of JupyterLab, light or dark.
struct ProgressRendering {
    let state: ProgressState

    init(_ state: ProgressState) { self.state = state }

    var bundle: MIMEBundle { MIMEBundle(text: text, html: html) }

    private static let textBarWidth = 24

    var text: String {
        var parts = [state.title]
        if let fraction = state.fraction {
            let filled = Int((fraction * Double(ProgressRendering.textBarWidth)).rounded(.down))
            parts.append(String(repeating: "█", count: filled) + String(repeating: "░", count: ProgressRendering.textBarWidth - filled))
            parts.append(percentage)
        }
        return (parts + [figures]).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var percentage: String { state.fraction.map { "\(Int(($0 * 100).rounded(.down)))%" } ?? "" }

    /// `120/400 batches · 0:12 elapsed · 0:28 left · 10.0 batches/s · loss 0.31`
    private var figures: String {
        var parts = [state.unit.amount(state.completed, of: state.total)].compactMap { $0 }
        parts.append("\(Clock.text(state.elapsed)) \(state.phase == .running ? "elapsed" : "in all")")
        if let remaining = state.remaining { parts.append("\(Clock.text(remaining)) left") }
        if let speed = state.rate.flatMap(state.unit.speed) { parts.append(speed) }
        if state.phase == .stopped { parts.append("stopped") }
        if !state.message.isEmpty { parts.append(state.message) }
        return parts.joined(separator: " · ")
    }

    var html: String {
        let colour =
            switch state.phase {
            case .running: "var(--jp-brand-color1, #1976d2)"
            case .finished: "var(--jp-success-color1, #388e3c)"
            case .stopped: "var(--jp-warn-color1, #f57c00)"
            }
        let value = state.fraction.map { " aria-valuemin=\"0\" aria-valuemax=\"100\" aria-valuenow=\"\(Int($0 * 100))\"" } ?? ""
        let width = state.fraction.map { "\(($0 * 1000).rounded() / 10)%" } ?? "100%"
        // Without a total there is nothing to fill: a striped bar says that work is going on.
        let fill =
            state.fraction == nil && state.phase == .running
            ? "repeating-linear-gradient(45deg, \(colour) 0 8px, transparent 8px 16px)" : colour
        let title = HTML.escape(state.title)
        return """
            <div style="max-width:720px;font-family:var(--jp-ui-font-family, system-ui, sans-serif);font-size:13px;color:var(--jp-ui-font-color1, inherit)">\
            <div style="display:flex;justify-content:space-between;gap:1em">\
            <strong style="min-width:0;overflow-wrap:anywhere">\(title)</strong><span>\(percentage)</span></div>\
            <div role="progressbar" aria-label="\(title)"\(value) aria-valuetext="\(HTML.escape(text))" \
            style="height:8px;margin:4px 0;border-radius:4px;overflow:hidden;background:var(--jp-layout-color3, rgba(128,128,128,0.3))">\
            <div style="height:100%;width:\(width);background:\(fill)"></div></div>\
            <div style="font-variant-numeric:tabular-nums;color:var(--jp-ui-font-color2, inherit)">\(HTML.escape(figures))</div></div>
            """
    }
}

/// Durations and rates as people read them.
package enum Clock {
    /// `0:07`, `12:30`, `1:02:03`.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
    }

    /// `12.3 ns`, `640 µs`, `12.3 ms`, `4.56 s`, `2 min 3 s`.
    package static func precise(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        if seconds < 1e-6 { return "\(significant(seconds * 1e9)) ns" }
        if seconds < 1e-3 { return "\(significant(seconds * 1e6)) µs" }
        if seconds < 1 { return "\(significant(seconds * 1e3)) ms" }
        if seconds < 60 { return "\(significant(seconds)) s" }
        return "\(duration.components.seconds / 60) min \(duration.components.seconds % 60) s"
    }

    /// Three significant digits, without an exponent: `0.123`, `4.56`, `78.9`, `1234`.
    static func significant(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return String(value) }
        var decimals = 0
        var scaled = abs(value)
        while scaled < 100, decimals < 4 {
            scaled *= 10
            decimals += 1
        }
        let rounded = Int(scaled.rounded())
        guard decimals > 0 else { return (value < 0 ? "-" : "") + String(rounded) }
        let unit = (0..<decimals).reduce(1) { power, _ in power * 10 }
        let fraction = String(rounded % unit)
        return (value < 0 ? "-" : "") + "\(rounded / unit)." + String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
}
