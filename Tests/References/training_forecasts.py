"""Writes ApusTrainingTests/Fixtures/forecasts.json: direction, correlations and baselines of forecasts of returns, by NumPy, SciPy and scikit-learn.

Run: python Tests/References/training_forecasts.py   (numpy, scipy, scikit-learn 1.9)
"""
import json
import pathlib
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(13)


def errors(truth, predictions):
    return dict(
        mse=metrics.mean_squared_error(truth, predictions), mae=metrics.mean_absolute_error(truth, predictions),
        r2=metrics.r2_score(truth, predictions) if len(truth) > 1 else None)


def case(name, truth, predictions, preceding):
    truth, predictions, preceding = (np.asarray(v, np.float32).astype(np.float64) for v in (truth, predictions, preceding))
    defined = len(truth) > 1 and np.ptp(truth) > 0 and np.ptp(predictions) > 0
    known = np.concatenate([preceding, truth])
    return dict(
        name=name, truth=truth.tolist(), predictions=predictions.tolist(), preceding=preceding.tolist(),
        direction=float(np.mean(np.sign(truth) == np.sign(predictions))),
        pearson=float(stats.pearsonr(truth, predictions)[0]) if defined else None,
        spearman=float(stats.spearmanr(truth, predictions)[0]) if defined else None,
        zero=errors(truth, np.zeros_like(truth)), mean=errors(truth, np.full_like(truth, preceding.mean())),
        last={h: errors(truth, known[len(preceding) - h : len(known) - h]) for h in (1, 4)})


returns = rng.standard_t(4, 300) * 0.01
forecast = 0.3 * returns + rng.normal(size=300) * 0.005
fixture = [
    case("returns", returns, forecast, rng.standard_t(4, 40) * 0.01),
    case("ties and zeros", np.round(returns, 2), np.round(forecast, 2), [0, 0.01, 0, -0.01]),
    case("far from zero", 1000 + returns, 1000 - returns, [1000, 1001, 999, 1000]),
    case("constant prediction", returns[:40], np.full(40, 0.1), [0.1, 0.2, 0.3, 0.4]),
    case("constant truth", np.full(40, 0.3), forecast[:40], [0.1, 0.2, 0.3, 0.4]),
    case("one row", [0.5], [-0.5], [0.1, 0.2, 0.3, 0.4]),
]
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/forecasts.json"
path.write_text(json.dumps(fixture) + "\n")
