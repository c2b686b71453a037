import Glibc

/// The functions of TA-Lib's C interface (ta_func.h) that are used, by their shapes.
///
/// All take the first and the last index of the input, the input columns, the parameters, and where to write the index of the first
/// output, the number of outputs, and the outputs; they return 0 on success.
struct TAFunctions: Sendable {
    typealias Input = UnsafePointer<Double>?
    typealias Output = UnsafeMutablePointer<Double>?
    typealias Index = UnsafeMutablePointer<Int32>?
    /// (values, period)
    typealias Values = @Sendable @convention(c) (Int32, Int32, Input, Int32, Index, Index, Output) -> Int32
    /// (high, low, close, period)
    typealias Candles = @Sendable @convention(c) (Int32, Int32, Input, Input, Input, Int32, Index, Index, Output) -> Int32
    /// (high, low, close)
    typealias Range = @Sendable @convention(c) (Int32, Int32, Input, Input, Input, Index, Index, Output) -> Int32
    /// (close, volume)
    typealias Balance = @Sendable @convention(c) (Int32, Int32, Input, Input, Index, Index, Output) -> Int32
    /// (high, low, close, volume, period)
    typealias Flow = @Sendable @convention(c) (Int32, Int32, Input, Input, Input, Input, Int32, Index, Index, Output) -> Int32
    /// (values, period, deviations up, deviations down, kind of average)
    typealias Bands =
        @Sendable @convention(c) (
            Int32, Int32, Input, Int32, Double, Double, Int32, Index, Index, Output, Output, Output
        ) -> Int32
    /// (values, fast, slow, signal)
    typealias Convergence =
        @Sendable @convention(c) (
            Int32, Int32, Input, Int32, Int32, Int32, Index, Index, Output, Output, Output
        ) -> Int32
    /// (high, low, close, period, smoothing, kind of average, signal, kind of average)
    typealias Stochastic =
        @Sendable @convention(c) (
            Int32, Int32, Input, Input, Input, Int32, Int32, Int32, Int32, Int32, Index, Index, Output, Output
        ) -> Int32

    let sma, ema, wma, rsi, roc, mom: Values
    let willr, cci, atr, natr, adx, plusDI, minusDI: Candles
    let trange: Range
    let obv: Balance
    let mfi: Flow
    let bbands: Bands
    let macd: Convergence
    let stoch: Stochastic
    /// `TA_GetVersionString`, such as `0.8.1 (Oct 12 2026 17:59:00)`.
    let version: String

    /// Finds the functions in a library that `dlopen` has opened, and initialises it.
    init(handle: UnsafeMutableRawPointer) throws(IndicatorError) {
        func function<Function>(_ name: String, _: Function.Type = Function.self) throws(IndicatorError) -> Function {
            guard let symbol = dlsym(handle, name) else { throw IndicatorError(.library, "it has no function \(name)") }
            return unsafeBitCast(symbol, to: Function.self)
        }
        let initialize: @convention(c) () -> Int32 = try function("TA_Initialize")
        let versionString: @convention(c) () -> UnsafePointer<CChar>? = try function("TA_GetVersionString")
        sma = try function("TA_SMA")
        ema = try function("TA_EMA")
        wma = try function("TA_WMA")
        rsi = try function("TA_RSI")
        roc = try function("TA_ROC")
        mom = try function("TA_MOM")
        willr = try function("TA_WILLR")
        cci = try function("TA_CCI")
        atr = try function("TA_ATR")
        natr = try function("TA_NATR")
        adx = try function("TA_ADX")
        plusDI = try function("TA_PLUS_DI")
        minusDI = try function("TA_MINUS_DI")
        trange = try function("TA_TRANGE")
        obv = try function("TA_OBV")
        mfi = try function("TA_MFI")
        bbands = try function("TA_BBANDS")
        macd = try function("TA_MACD")
        stoch = try function("TA_STOCH")
        let code = initialize()
        guard code == 0 else { throw IndicatorError(.library, "TA_Initialize failed with code \(code)") }
        version = versionString().map { String(cString: $0) } ?? "of unknown version"
    }
}
