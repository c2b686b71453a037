"""Makes Tests/ApusDataTests/Fixtures/indicators.json: 13 features of 150 candles, computed by NumPy straight from their definitions.

Written independently of the Swift code: convolutions, cumulative sums and explicit windows instead of its loops.

Run: python Tests/References/data_indicators.py        (numpy 2.4)
"""
import json
import pathlib

import numpy as np

random = np.random.default_rng(20230101)
n = 150
close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, n)))
close[40:60] = close[40] * 1.01 ** np.arange(20)  # only gains: RSI 100 needs its special case to decay
open_ = np.concatenate([[100.0], close[:-1]])
high = np.maximum(open_, close) * (1 + random.uniform(0, 0.005, n))
low = np.minimum(open_, close) * (1 - random.uniform(0, 0.005, n))
volume = random.uniform(10, 500, n)
high[70] = low[70] = open_[70] = close[70]  # no range
volume[100:125] = 0  # no trade: the average becomes 0
candles = np.round(np.stack([open_, high, low, close, volume], 1), 4)
open_, high, low, close, volume = candles.T


def ema(x, period):
    """Closed form: sum of w (1-w)^k x[t-k], the rest of the weight on x[0]."""
    w = 2 / (period + 1)
    out = []
    for t in range(len(x)):
        k = np.arange(t)
        out.append(np.sum(w * (1 - w) ** k * x[t - k]) + (1 - w) ** t * x[0])
    return np.array(out)


def wilder(x, period):
    """Mean of x[1..period], then x[period..] enters with weight 1/period; x[period] counts in both."""
    seed = x[1 : period + 1].mean()
    out = np.full(len(x), np.nan)
    for t in range(period, len(x)):
        m = t - period + 1
        k = np.arange(m)
        out[t] = seed * (1 - 1 / period) ** m + np.sum((1 - 1 / period) ** k * x[t - k] / period)
    return out


def windows(x, period):
    return [x[max(0, t - period + 1) : t + 1] for t in range(len(x))]


change = np.diff(close, prepend=close[0])
gain, loss = wilder(np.clip(change, 0, None), 14), wilder(np.clip(-change, 0, None), 14)
rsi = 100 * gain / (gain + loss)
macd = ema(close, 12) - ema(close, 26)
signal = ema(macd, 9)
previous = np.concatenate([[np.nan], close[:-1]])
true_range = np.nanmax([high - low, np.abs(high - previous), np.abs(low - previous)], axis=0)
spread = np.where(high == low, 1, high - low)
average = np.array([np.nan if len(w) < 20 else w.mean() for w in windows(volume, 20)])
with np.errstate(invalid="ignore"):
    ratio = np.where(average > 0, volume / np.where(average > 0, average, 1), volume)
returns = np.log(close / np.concatenate([close[:1], close[:-1]]))
features = np.stack(
    [
        rsi, macd, signal, macd - signal, ema(true_range, 14), (high / low - 1) * 100, (close - low) / spread,
        [w.max() for w in windows(high, 20)], [w.min() for w in windows(high, 20)], average, ratio, returns,
        [w.std() for w in windows(returns, 20)],
    ],
    1,
)
path = pathlib.Path(__file__).parents[1] / "ApusDataTests/Fixtures/indicators.json"
path.write_text(
    json.dumps(
        {
            "candles": candles.tolist(),
            "features": [[None if np.isnan(v) else float(f"{v:.15g}") for v in row] for row in features],
        }
    )
)
