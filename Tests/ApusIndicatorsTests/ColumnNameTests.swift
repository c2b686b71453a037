import Testing

import ApusIndicators

@Suite struct ColumnNameTests {
    private func refusal(of names: [String]) -> IndicatorError? {
        do throws(IndicatorError) {
            _ = try FeatureColumns(names)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: FeatureColumns.families.indices) func `each example is a name of its family`(index: Int) throws {
        let family = FeatureColumns.families[index]
        #expect(try ColumnName(family.example).family.name == family.name)
        #expect(family.form.hasPrefix(family.name) && !family.summary.isEmpty)
    }

    @Test func `any period is possible`() throws {
        #expect(try ColumnName("ema_34").parameters.values == [34])
        #expect(try ColumnName("bb_upper").parameters.values == [20, 2])
        #expect(try ColumnName("bb_upper_50").parameters.values == [50, 2])
        #expect(try ColumnName("bb_upper_50_2.5").parameters.values == [50, 2.5])
        #expect(try ColumnName("macd_signal_5").parameters.values == [5, 26, 9])
        #expect(try ColumnName("ema_100000").parameters.values == [100_000])
    }

    @Test func `forms show what may be left out`() {
        let forms = FeatureColumns.families.map(\.form)
        #expect(forms.contains("ema_PERIOD") && forms.contains("bb_width[_PERIOD[_DEVIATIONS]]"))
        #expect(forms.contains("stoch_k_PERIOD[_SMOOTHING[_SIGNAL]]") && forms.contains("ema_cross_FAST_SLOW"))
        #expect(Set(forms).count == forms.count)
    }

    @Test(arguments: [
        ("rsy_14", "rsi_14"), ("RSI_14", "rsi_14"), ("volume_ration_20", "volume_ratio_20"), ("emadistance_50", "ema_distance_50"),
        ("retun_lag_3", "return_lag_3"), ("bb_widht", "bb_width"), ("closs", "close"), ("atr14", "atr_14"), ("ema_crss_9", "ema_cross_12_26"),
    ])
    func `an unknown name comes with the nearest one`(name: String, nearest: String) throws {
        let error = try #require(refusal(of: [name]))
        #expect(error.code == .unknownColumn)
        #expect(error.message.hasPrefix("there is no column '\(name)'; did you mean '\(nearest)'? Columns: open, "), "\(error)")
    }

    @Test(arguments: ["", "14", "_14", "something_else_entirely", "ema_-5", "ema_5x", "ema__5", "ema_ 5", "ema_٣", "ema_50\u{0}"])
    func `other names are refused with the forms there are`(name: String) throws {
        let error = try #require(refusal(of: [name]))
        #expect(error.code == .unknownColumn && error.message.contains("ema_PERIOD, "), "\(error)")
    }

    @Test(arguments: [
        ("rsi", "column 'rsi' lacks PERIOD; write it as rsi_PERIOD, such as rsi_14"),
        ("rsi_1", "column 'rsi_1' has PERIOD 1, which must be a whole number between 2 and 100000; write it as rsi_PERIOD, such as rsi_14"),
        ("rsi_14_3", "column 'rsi_14_3' has 2 numbers; write it as rsi_PERIOD, such as rsi_14"),
        (
            "bb_upper_20_0",
            "column 'bb_upper_20_0' has DEVIATIONS 0, which must be a number between 0.01 and 100; "
                + "write it as bb_upper[_PERIOD[_DEVIATIONS]], such as bb_upper_20_2"
        ),
        ("close_5", "column 'close_5' has 1 numbers; write it as close, such as close"),
    ])
    func `wrong numbers are named`(name: String, message: String) throws {
        let error = try #require(refusal(of: [name]))
        #expect(error.code == .invalidParameter && error.message == message)
    }

    @Test(arguments: ["ema_014", "ema_5.0", "ema_100001", "ema_99999999999999999999", "ema_0", "ema_1.2.3", "bb_upper_20_..", "return_lag_0"])
    func `numbers that are no period are refused`(name: String) throws {
        #expect(try #require(refusal(of: [name])).code == .invalidParameter)
    }

    @Test func `an empty list and repeated names are refused`() throws {
        #expect(try #require(refusal(of: [])).message.contains("name at least one"))
        #expect(try #require(refusal(of: ["close", "rsi_14", "close"])).message.contains("'close' is named twice"))
    }

    @Test func `the sets are as documented`() throws {
        #expect(FeatureColumns.regressor.count == 80 && FeatureColumns.regressor.warmUp == 199)
        #expect(FeatureColumns.priceAction.count == 14 && FeatureColumns.priceAction.names.last == "bb_percent")
        for name in FeatureColumns.setNames { #expect(try FeatureColumns.named(name).names.count > 10) }
        let error = #expect(throws: IndicatorError.self) { try FeatureColumns.named("regresor") }
        #expect(error?.message == "there is no set of columns 'regresor'; the sets are regressor and price-action")
    }

    @Test func `the regressor's columns do not depend on the level of price and volume`() throws {
        let candles = Fixture.simulated.candles
        var scaled = candles
        // Powers of two change no bit of a ratio.
        scaled.opens = candles.opens.map { $0 * 1024 }
        scaled.highs = candles.highs.map { $0 * 1024 }
        scaled.lows = candles.lows.map { $0 * 1024 }
        scaled.closes = candles.closes.map { $0 * 1024 }
        scaled.volumes = candles.volumes.map { $0 * 64 }
        let columns = FeatureColumns.regressor
        let (one, other) = (try columns.compute(candles, using: BuiltInIndicators()), try columns.compute(scaled, using: BuiltInIndicators()))
        for name in columns.names { #expect(one.column(name) == other.column(name), "\(name)") }
    }
}
