"""Makes Tests/ApusIndicatorsTests/Fixtures: candles, and the columns of them that TA-Lib and NumPy compute.

`simulated` has candles of the market simulator; `awkward` the same with prices that stand still, no volume and a jump. What TA-Lib
has comes from TA-Lib (PyPI's wheel, C library 0.8.1), the rest from the definitions with explicit windows. Bollinger bands of the
awkward candles, and width and percent, are NumPy's as well: TA-Lib subtracts squares of prices, which leaves 1e-8 of the price.

Run: apus simulate --seed 7 --timeframe 1h --bars 320 --out candles.csv
     python Tests/References/indicators.py candles.csv        (numpy 2.4, TA-Lib 0.8.2)
"""
import csv
import datetime
import json
import pathlib
import sys

import numpy as np
import talib

FOLDER = pathlib.Path(__file__).parents[1] / "ApusIndicatorsTests/Fixtures"


def read(path):
    """Open times in milliseconds, and the columns open, high, low, close, volume as an array of shape (N, 5)."""
    with open(path) as file:
        rows = list(csv.DictReader(file))
    times = [datetime.datetime.fromisoformat(row["date"]).replace(tzinfo=datetime.timezone.utc).timestamp() for row in rows]
    names = ["open", "high", "low", "close", "volume"]
    return np.array(times, dtype=np.int64) * 1000, np.array([[float(row[name]) for name in names] for row in rows])


def awkward(candles):
    candles = candles.copy()
    candles[40:90, :4] = 42000.0  # prices stand still for longer than every window here but the longest
    candles[120:160, 4] = 0  # nothing is traded
    candles[160:, :4] *= 1.5  # a jump
    candles[200, :4] = candles[200, 3]  # a candle without range
    return candles


def windows(values, period):
    """One window for each value that has `period` values up to it, else None."""
    first = int(np.argmax(~np.isnan(values)))
    return [values[t + 1 - period : t + 1] if t + 1 - period >= first else None for t in range(len(values))]


def rolling(function, values, period):
    return np.array([np.nan if window is None else function(window) for window in windows(values, period)])


def skew(window):
    d = window - window.mean()
    return np.mean(d**3) / np.mean(d**2) ** 1.5 if np.ptp(window) > 0 else 0.0


def zscore(window):
    return (window[-1] - window.mean()) / window.std() if np.ptp(window) > 0 else 0.0


def ratio(a, b, otherwise):
    return np.where(b == 0, otherwise, a / np.where(b == 0, 1, b))


def columns(times, candles, is_awkward):
    o, h, l, c, v = candles.T.copy()
    before = np.concatenate([[np.nan], c[:-1]])
    r = np.log(c) - np.log(before)
    macd = talib.MACD(c, 12, 26, 9)
    fast_macd = talib.MACD(c, 5, 13, 4)
    stoch = talib.STOCH(h, l, c, 14, 3, 0, 3, 0)
    fast_stoch = talib.STOCH(h, l, c, 5, 2, 0, 4, 0)
    typical = (h + l + c) / 3
    mean, std = rolling(np.mean, c, 20), rolling(np.std, c, 20)
    mean10, std10 = rolling(np.mean, c, 10), rolling(np.std, c, 10)
    upper, middle, lower = (mean + 2 * std, mean, mean - 2 * std) if is_awkward else talib.BBANDS(c, 20, 2.0, 2.0, 0)
    signed = np.sign(c - before) * v
    volume_mean = rolling(np.mean, v, 20)
    vwap = ratio(rolling(np.sum, typical * v, 24), rolling(np.sum, v, 24), rolling(np.mean, typical, 24))
    support, resistance = rolling(np.min, l, 20), rolling(np.max, h, 20)
    span = h - l
    day = 2 * np.pi * (times % 86_400_000) / 86_400_000
    week = 2 * np.pi * np.array([datetime.datetime.fromtimestamp(t / 1000, datetime.timezone.utc).weekday() for t in times]) / 7
    return {
        "open": o, "high": h, "low": l, "close": c, "volume": v,
        "sma_50": talib.SMA(c, 50), "sma_2": talib.SMA(c, 2), "ema_50": talib.EMA(c, 50), "ema_200": talib.EMA(c, 200),
        "ema_2": talib.EMA(c, 2), "wma_50": talib.WMA(c, 50), "wma_2": talib.WMA(c, 2), "wma_7": talib.WMA(c, 7),
        "sma_distance_50": c / talib.SMA(c, 50) - 1, "ema_distance_50": c / talib.EMA(c, 50) - 1,
        "sma_cross_12_26": talib.SMA(c, 12) / talib.SMA(c, 26) - 1, "ema_cross_12_26": talib.EMA(c, 12) / talib.EMA(c, 26) - 1,
        "log_return": r, "return_lag_3": np.concatenate([np.full(3, np.nan), r[:-3]]),
        "return_mean_24": rolling(np.mean, r, 24), "return_std_24": rolling(np.std, r, 24), "return_skew_24": rolling(skew, r, 24),
        "return_zscore_24": rolling(zscore, r, 24), "return_min_24": rolling(np.min, r, 24), "return_max_24": rolling(np.max, r, 24),
        "macd_12_26_9": macd[0], "macd_signal_12_26_9": macd[1], "macd_histogram_12_26_9": macd[2], "macd_5_13_4": fast_macd[0],
        "macd_signal_13_5_4": fast_macd[1], "macd_relative_12_26_9": macd[0] / c, "macd_signal_relative_12_26_9": macd[1] / c,
        "macd_histogram_relative_12_26_9": macd[2] / c,
        "adx_14": talib.ADX(h, l, c, 14), "plus_di_14": talib.PLUS_DI(h, l, c, 14), "minus_di_14": talib.MINUS_DI(h, l, c, 14),
        "adx_3": talib.ADX(h, l, c, 3), "rsi_14": talib.RSI(c, 14), "rsi_2": talib.RSI(c, 2), "stoch_k_14": stoch[0],
        "stoch_d_14": stoch[1], "stoch_k_5_2_4": fast_stoch[0], "stoch_d_5_2_4": fast_stoch[1],
        "williams_r_14": talib.WILLR(h, l, c, 14), "cci_20": talib.CCI(h, l, c, 20), "cci_5": talib.CCI(h, l, c, 5),
        "mfi_14": talib.MFI(h, l, c, v, 14), "roc_10": talib.ROC(c, 10), "roc_1": talib.ROC(c, 1), "momentum_10": talib.MOM(c, 10),
        "true_range": talib.TRANGE(h, l, c), "atr_14": talib.ATR(h, l, c, 14), "atr_3": talib.ATR(h, l, c, 3),
        "natr_14": talib.NATR(h, l, c, 14), "bb_middle_20_2": middle, "bb_upper_20_2": upper, "bb_lower_20_2": lower,
        "bb_width_20_2": 4 * std / mean, "bb_percent_20_2": 0.5 + ratio(c - mean, 4 * std, 0.0), "bb_width_10_2.5": 5 * std10 / mean10,
        "realized_volatility_24": np.sqrt(rolling(np.sum, r**2, 24)),
        "parkinson_24": np.sqrt(rolling(np.mean, np.log(h / l) ** 2, 24) / (4 * np.log(2))),
        "obv": talib.OBV(c, v), "obv_ratio_20": ratio(rolling(np.sum, signed, 20), rolling(np.sum, v, 20), 0.0),
        "volume_sma_20": volume_mean, "volume_ratio_20": ratio(v, volume_mean, 1.0), "volume_zscore_20": rolling(zscore, v, 20),
        "vwap_24": vwap, "vwap_distance_24": c / vwap - 1, "support_20": support, "resistance_20": resistance,
        "support_distance_20": c / support - 1, "resistance_distance_20": c / resistance - 1,
        "candle_body": ratio(c - o, span, 0.0), "candle_upper_shadow": ratio(h - np.maximum(o, c), span, 0.0),
        "candle_lower_shadow": ratio(np.minimum(o, c) - l, span, 0.0),
        "time_of_day_sin": np.sin(day), "time_of_day_cos": np.cos(day), "day_of_week_sin": np.sin(week), "day_of_week_cos": np.cos(week),
    }


def fixture(times, candles, is_awkward):
    """Column names, their first rows with a value, the rows that are kept, and the values of shape (rows, columns)."""
    with np.errstate(all="ignore"):
        found = columns(times, candles, is_awkward)
    values = np.stack(list(found.values()), 1)
    rows = sorted({*range(0, 36), *range(36, len(candles), 7), len(candles) - 1})
    first = [int(np.argmax(~np.isnan(column))) for column in values.T]
    return {"names": list(found), "first": first, "rows": rows}, values[rows]


def main():
    times, simulated = read(sys.argv[1])
    FOLDER.mkdir(exist_ok=True)
    np.save(FOLDER / "times.npy", times)
    descriptions = []
    for name, candles in [("simulated", simulated), ("awkward", awkward(simulated))]:
        description, values = fixture(times, candles, name == "awkward")
        descriptions.append(description)
        np.save(FOLDER / f"{name}_candles.npy", candles)
        np.save(FOLDER / f"{name}_columns.npy", values)
    assert descriptions[0] == descriptions[1]
    (FOLDER / "columns.json").write_text(json.dumps(descriptions[0]))


if __name__ == "__main__":
    main()
