public import ApusData
import Glibc

/// TA-Lib, loaded when the program runs.
///
/// Its results are those of `BuiltInIndicators` within rounding. Version 0.6 takes variances below 1e-14 for zero, so that bands of
/// prices below about 0.0001 would meet: Bollinger bands are therefore computed from scaled prices.
public struct TALibrary: IndicatorLibrary {
    /// Names under which systems and Python wheels install it.
    static let fileNames = ["libta-lib.so.0", "libta-lib.so", "libta_lib.so.0", "libta_lib.so"]

    public let name: String
    private let functions: TAFunctions

    /// Loads the library at `path`, or under a name that the loader searches for.
    ///
    /// - Throws: `IndicatorError` when it cannot be loaded or lacks a function.
    public init(path: String) throws(IndicatorError) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
            throw IndicatorError(.library, "TA-Lib cannot be loaded: \(reason). Correct APUS_TALIB, or unset it to use the built-in indicators")
        }
        do throws(IndicatorError) {
            functions = try TAFunctions(handle: handle)
        } catch {
            dlclose(handle)
            throw IndicatorError(.library, "\(path) is not the TA-Lib that is needed: \(error.message). Versions 0.6 and 0.8 are known to work")
        }
        name = "TA-Lib " + functions.version.prefix { $0 != " " }
    }

    /// The library at the path in `APUS_TALIB`, else the one that the system has; nil when there is none.
    ///
    /// Loaded at the first use and kept: TA-Lib is initialised once in a process.
    ///
    /// - Throws: `IndicatorError` when `APUS_TALIB` is set and cannot be used.
    public static func installed() throws(IndicatorError) -> TALibrary? { try found.get() }

    private static let found: Result<TALibrary?, IndicatorError> = {
        if let path = getenv("APUS_TALIB").map({ String(cString: $0) }), !path.isEmpty {
            return Result { () throws(IndicatorError) in try TALibrary(path: path) }
        }
        return .success(fileNames.lazy.compactMap { try? TALibrary(path: $0) }.first)
    }()

    public func columns(of indicator: TechnicalIndicator, for candles: CandleSeries) throws(IndicatorError) -> [[Double]] {
        guard candles.count > 0 else { return try BuiltInIndicators().columns(of: indicator, for: candles) }
        let (highs, lows, closes, volumes) = (candles.highs, candles.lows, candles.closes, candles.volumes)
        guard let last = Int32(exactly: candles.count - 1) else {
            throw IndicatorError(.library, "TA-Lib takes at most \(Int32.max) candles, not \(candles.count); use the built-in indicators")
        }

        func outputs(
            _ function: String, _ count: Int = 1, _ call: (TAFunctions.Index, TAFunctions.Index, [TAFunctions.Output]) -> Int32
        ) throws(IndicatorError) -> [[Double]] {
            try TAOutputs.collect(function, columns: count, candles: candles.count, call)
        }
        func ofValues(_ name: String, _ function: TAFunctions.Values, _ values: [Double], _ period: Int) throws(IndicatorError) -> [[Double]] {
            try outputs(name) { function(0, last, values, Int32(clamping: period), $0, $1, $2[0]) }
        }
        func ofCandles(_ name: String, _ function: TAFunctions.Candles, _ period: Int) throws(IndicatorError) -> [[Double]] {
            try outputs(name) { function(0, last, highs, lows, closes, Int32(clamping: period), $0, $1, $2[0]) }
        }

        switch indicator {
        case .simpleMovingAverage(let period): return try ofValues("TA_SMA", functions.sma, closes, period)
        case .exponentialMovingAverage(let period): return try ofValues("TA_EMA", functions.ema, closes, period)
        case .weightedMovingAverage(let period): return try ofValues("TA_WMA", functions.wma, closes, period)
        case .relativeStrengthIndex(let period): return try ofValues("TA_RSI", functions.rsi, closes, period)
        case .rateOfChange(let period): return try ofValues("TA_ROC", functions.roc, closes, period)
        case .momentum(let period): return try ofValues("TA_MOM", functions.mom, closes, period)
        case .williamsR(let period): return try ofCandles("TA_WILLR", functions.willr, period)
        case .commodityChannelIndex(let period): return try ofCandles("TA_CCI", functions.cci, period)
        case .averageTrueRange(let period): return try ofCandles("TA_ATR", functions.atr, period)
        case .normalizedAverageTrueRange(let period): return try ofCandles("TA_NATR", functions.natr, period)
        case .directionalMovement(let period):
            return try ofCandles("TA_ADX", functions.adx, period) + ofCandles("TA_PLUS_DI", functions.plusDI, period)
                + ofCandles("TA_MINUS_DI", functions.minusDI, period)
        case .trueRange: return try outputs("TA_TRANGE") { functions.trange(0, last, highs, lows, closes, $0, $1, $2[0]) }
        case .onBalanceVolume: return try outputs("TA_OBV") { functions.obv(0, last, closes, volumes, $0, $1, $2[0]) }
        case .moneyFlowIndex(let period):
            return try outputs("TA_MFI") { functions.mfi(0, last, highs, lows, closes, volumes, Int32(clamping: period), $0, $1, $2[0]) }
        case .movingAverageConvergenceDivergence(let fast, let slow, let signal):
            return try outputs("TA_MACD", 3) {
                functions.macd(0, last, closes, Int32(clamping: fast), Int32(clamping: slow), Int32(clamping: signal), $0, $1, $2[0], $2[1], $2[2])
            }
        case .stochastic(let period, let smoothing, let signal):
            return try outputs("TA_STOCH", 2) {
                functions.stoch(
                    0, last, highs, lows, closes, Int32(clamping: period), Int32(clamping: smoothing), 0, Int32(clamping: signal), 0, $0, $1,
                    $2[0], $2[1])
            }
        case .bollingerBands(let period, let deviations):
            let scale = Self.scale(of: closes)
            let scaled = scale == 1 ? closes : closes.map { $0 * scale }
            let bands = try outputs("TA_BBANDS", 3) {
                functions.bbands(0, last, scaled, Int32(clamping: period), deviations, deviations, 0, $0, $1, $2[1], $2[0], $2[2])
            }
            return scale == 1 ? bands : bands.map { $0.map { $0 / scale } }
        }
    }

    /// A power of two (exact to multiply with) that brings the lowest price to at least 1.
    private static func scale(of prices: [Double]) -> Double {
        guard let lowest = prices.min(), lowest > 0, lowest < 1 else { return 1 }
        return Double(sign: .plus, exponent: -lowest.exponent, significand: 1)
    }
}
