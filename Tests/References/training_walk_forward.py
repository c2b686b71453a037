"""Writes ApusTrainingTests/Fixtures/walk_forward.json: the ranges of scikit-learn's TimeSeriesSplit, or null where it refuses.

Each entry is [rows, folds, gap, max_train_size, test_size, [[training start, end, evaluation start, end], ...] or null].
Run: python Tests/References/training_walk_forward.py   (numpy, scikit-learn 1.9)
"""
import itertools
import json
import pathlib

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

cases = []
for rows, folds, gap, longest, length in itertools.product([1, 7, 24, 103], [2, 3, 5], [0, 4, 30], [None, 1, 10, 1000], [None, 1, 6, 40]):
    try:
        split = list(TimeSeriesSplit(folds, max_train_size=longest, test_size=length, gap=gap).split(np.zeros(rows)))
    except ValueError:
        split = None
    if split is not None:
        assert all((np.diff(part) == 1).all() for fold in split for part in fold)
        # An empty part has no first row; scikit-learn lets a gap that takes all rows but those to evaluate pass in no case.
        assert all(len(train) and len(test) for train, test in split)
        split = [[int(v) for v in (train[0], train[-1] + 1, test[0], test[-1] + 1)] for train, test in split]
    cases.append([rows, folds, gap, longest, length, split])
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/walk_forward.json"
path.write_text(json.dumps(cases) + "\n")
print(len(cases), sum(c[-1] is None for c in cases))
