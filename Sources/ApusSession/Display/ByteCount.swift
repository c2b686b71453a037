/// Sizes as people read them.
public enum ByteCount {
    /// `512 B`, `1.5 KB`, `26.7 MB`: decimal units, as disks and the Hub count.
    public static func text(_ count: Int) -> String {
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count)
        for unit in ["KB", "MB", "GB"] {
            value /= 1000
            if value < 999.95 { return "\((value * 10).rounded() / 10) \(unit)" }
        }
        return "\((value / 1000 * 10).rounded() / 10) TB"
    }
}
