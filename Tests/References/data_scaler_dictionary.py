"""Makes Tests/ApusDataTests/Fixtures/scaler/dictionary: {'mean', 'std', 'feature_columns'} as a training in PyTorch pickles it.

Run: python Tests/References/data_scaler_dictionary.py        (numpy 2.4, joblib 1.6)
"""
import json
import pathlib
import pickle

import joblib
import numpy as np

folder = pathlib.Path(__file__).parents[1] / "ApusDataTests/Fixtures/scaler/dictionary"
folder.mkdir(parents=True, exist_ok=True)
rows = np.random.default_rng(8).normal(size=(60, 3)) * [1, 100, 1e-3] + [0, 5e4, 1]
names = ["open", "größe", "rsi_14"]
mean, std = rows.mean(axis=0), rows.std(axis=0) + 1e-8
for protocol in range(2, 6):
    scaler = {"mean": mean, "std": std, "feature_columns": names}
    (folder / f"protocol{protocol}.pkl").write_bytes(pickle.dumps(scaler, protocol=protocol))
joblib.dump(scaler, folder / "joblib.pkl")
(folder / "float32.pkl").write_bytes(
    pickle.dumps({"feature_columns": tuple(names), "std": std.astype("f4"), "mean": mean.astype("f4"), "note": None}))
(folder / "expected.json").write_text(json.dumps({
    "mean": mean.tolist(), "std": std.tolist(), "mean32": mean.astype("f4").tolist(), "std32": std.astype("f4").tolist(),
    "rows": rows[:5].ravel().tolist(), "scaled": ((rows[:5] - mean) / std).ravel().tolist()}))
