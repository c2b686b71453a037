/// Which library computes when nobody chooses one.
public enum IndicatorLibraries {
    /// TA-Lib where it is installed, else the built-in indicators.
    ///
    /// - Throws: `IndicatorError` when `APUS_TALIB` names a library that cannot be used.
    public static func preferred() throws(IndicatorError) -> any IndicatorLibrary {
        if let library = try TALibrary.installed() { return library }
        return BuiltInIndicators()
    }
}
