"""Writes ApusTrainingTests/Fixtures/metrics.json: scikit-learn's metrics of small sets, with ties, absent classes and constants.

Run: python Tests/References/training_metrics.py   (numpy, scikit-learn 1.9)
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def classification(name, truth, scores):
    scores = np.asarray(scores, dtype=np.float32)
    classes = scores.shape[1]
    labels = list(range(classes))
    predictions = scores.argmax(axis=1)
    p, r, f, support = metrics.precision_recall_fscore_support(truth, predictions, labels=labels, zero_division=0)
    averages = {
        a: list(metrics.precision_recall_fscore_support(truth, predictions, labels=labels, zero_division=0, average=a)[:3])
        for a in ("macro", "weighted")
    }
    aucs = []
    for label in labels:
        positive = np.asarray(truth) == label
        aucs.append(metrics.roc_auc_score(positive, scores[:, label]) if 0 < positive.sum() < len(truth) else None)
    out = dict(
        name=name, classes=classes, truth=list(map(int, truth)), scores=[float(v) for v in scores.ravel()], predictions=predictions.tolist(),
        confusion=metrics.confusion_matrix(truth, predictions, labels=labels).tolist(), accuracy=metrics.accuracy_score(truth, predictions),
        precision=p.tolist(), recall=r.tolist(), f1=f.tolist(), support=support.tolist(), averages=averages, auc=aucs,
        log_loss=metrics.log_loss(truth, scores.astype(np.float64).clip(np.finfo(np.float32).eps, 1 - np.finfo(np.float32).eps), labels=labels),
    )
    if None not in aucs and classes > 2:
        sums = scores.astype(np.float64)
        out["auc_macro"] = metrics.roc_auc_score(truth, sums / sums.sum(axis=1, keepdims=True), multi_class="ovr", average="macro", labels=labels)
    return out


def regression(name, truth, predictions):
    truth, predictions = (np.asarray(v, dtype=np.float32).astype(np.float64) for v in (truth, predictions))
    out = dict(name=name, truth=truth.tolist(), predictions=predictions.tolist())
    for key, a, b in (("raw", truth, predictions), ("original", np.expm1(truth), np.expm1(predictions))):
        out[key] = dict(
            mse=metrics.mean_squared_error(a, b), mae=metrics.mean_absolute_error(a, b), rmse=metrics.root_mean_squared_error(a, b),
            r2=metrics.r2_score(a, b) if len(a) > 1 else None)
    return out


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


truth = rng.integers(0, 4, 200)
noisy = softmax(np.eye(4)[truth] + rng.normal(size=(200, 4)))
tied = np.array([rng.multinomial(4, row) for row in noisy]) / 4
log_targets = np.log1p(rng.integers(1, 1500, 120))
fixture = dict(
    classification=[
        classification("four classes", truth, noisy),
        classification("ties", truth, tied),
        classification("class 2 absent from the labels", np.where(truth == 2, 1, truth), noisy),
        classification("single class", np.zeros(20, int), noisy[:20]),
        classification("never predicted", truth[:60], np.tile([0.4, 0.3, 0.2, 0.1], (60, 1))),
        classification("certain and wrong", [0, 1, 1], [[1, 0], [1, 0], [0, 1]]),
    ],
    regression=[
        regression("log1p of bars", log_targets, log_targets + rng.normal(size=120) * 0.5),
        regression("worse than the mean", log_targets, np.zeros(120)),
        regression("constant and right", [3, 3, 3], [3, 3, 3]),
        regression("constant and wrong", [3, 3, 3], [3, 3, 2]),
        regression("one row", [2], [2.5]),
    ],
)
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/metrics.json"
path.write_text(json.dumps(fixture) + "\n")
