"""Writes ApusTrainingTests/Fixtures/binary_metrics.json: scikit-learn's metrics of binary labels and probabilities, with ties and one-class sets.

Run: python Tests/References/training_binary_metrics.py   (numpy, scikit-learn 1.9)
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")
rng = np.random.default_rng(12)
EPSILON = np.finfo(np.float32).eps


def decision(truth, predicted):
    tn, fp, fn, tp = map(int, metrics.confusion_matrix(truth, predicted, labels=[0, 1]).ravel())
    nan = dict(zero_division=np.nan)
    values = dict(
        accuracy=metrics.accuracy_score(truth, predicted), precision=metrics.precision_score(truth, predicted, **nan),
        recall=metrics.recall_score(truth, predicted, **nan), f1=metrics.f1_score(truth, predicted, **nan),
        specificity=metrics.recall_score(truth, predicted, pos_label=0, **nan))
    return dict(counts=[tp, fp, tn, fn]) | {k: None if np.isnan(v) else float(v) for k, v in values.items()}


def best(truth, scores, score):
    """Decision at the distinct score with the largest `score(precision, recall, f1)`, from the highest down."""
    chosen, largest = None, None
    for threshold in np.unique(scores)[::-1]:
        result = decision(truth, scores >= threshold)
        value = score(result)
        if value is not None and (largest is None or value > largest):
            chosen, largest = result, value
    return chosen


def case(name, truth, probabilities):
    truth, p = np.asarray(truth, int), np.asarray(probabilities, np.float32)
    both, wide = 0 < truth.sum() < len(truth), p.astype(np.float64)
    out = dict(
        name=name, truth=truth.tolist(), probabilities=wide.tolist(), half=decision(truth, wide > 0.5), high=decision(truth, wide > 0.7),
        log_loss=metrics.log_loss(truth, wide.clip(EPSILON, 1 - EPSILON), labels=[0, 1]),
        brier=float(np.mean((wide - truth) ** 2)) if not both else metrics.brier_score_loss(truth, wide), auc=None, roc=None)
    if both:
        fpr, tpr, _ = metrics.roc_curve(truth, wide, drop_intermediate=False)
        out |= dict(auc=metrics.roc_auc_score(truth, wide), roc=[fpr.tolist(), tpr.tolist()])
    if truth.any():
        precision, recall, thresholds = metrics.precision_recall_curve(truth, wide)
        out |= dict(
            average_precision=metrics.average_precision_score(truth, wide), thresholds=thresholds[::-1].tolist(),
            precisions=precision[-2::-1].tolist(), recalls=recall[-2::-1].tolist(),
            best_f1=best(truth, wide, lambda r: r["f1"]),
            best_precision=best(truth, wide, lambda r: (r["precision"], r["recall"]) if r["recall"] >= 0.4 else None))
    rates, means = calibration_curve(truth, wide, n_bins=10) if both else (np.array([]), np.array([]))
    out["calibration"] = [means.tolist(), rates.tolist()]
    return out


truth = (rng.random(240) < 0.3).astype(int)
noisy = 1 / (1 + np.exp(-(1.6 * truth - 1.2 + rng.normal(size=240))))
fixture = [
    case("noisy", truth, noisy),
    case("ties", truth, np.round(noisy, 1)),
    case("all equal", truth[:50], np.full(50, 0.5)),
    case("certain and partly wrong", [0, 1, 1, 0], [1, 1, 0, 0]),
    case("perfect", [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
    case("no positive", np.zeros(30, int), noisy[:30]),
    case("no negative", np.ones(30, int), noisy[:30]),
    case("one row", [1], [0.25]),
]
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/binary_metrics.json"
path.write_text(json.dumps(fixture) + "\n")
