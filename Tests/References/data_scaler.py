"""Makes Tests/ApusDataTests/Fixtures/scaler: StandardScalers as scikit-learn and joblib save them, and what they hold.

Run: python Tests/References/data_scaler.py        (scikit-learn 1.9, numpy 2.4, joblib 1.6)
"""
import json
import pathlib
import pickle

import joblib
import numpy as np
from sklearn.preprocessing import StandardScaler

folder = pathlib.Path(__file__).parents[1] / "ApusDataTests/Fixtures/scaler"
folder.mkdir(parents=True, exist_ok=True)
expected = {}


def listed(values):
    return None if values is None else np.asarray(values, dtype=float).tolist()


def describe(name, scaler):
    seen = scaler.n_samples_seen_
    expected[name] = {
        "mean": listed(scaler.mean_), "variance": listed(scaler.var_), "scale": listed(scaler.scale_),
        "seen": np.asarray(seen).tolist(), "features": int(scaler.n_features_in_),
        "names": getattr(scaler, "feature_names_in_", np.array([])).tolist(),
        "with_mean": bool(scaler.with_mean), "with_std": bool(scaler.with_std),
    }


random = np.random.default_rng(7)
rows = random.normal(size=(60, 4)) * [1, 100, 1e-3, 5] + [0, 5e4, 1, -2]
rows[:, 3] = 0.1  # constant up to rounding
holes = rows.copy()
holes[:14, 0] = np.nan
plain, gaps = StandardScaler().fit(rows), StandardScaler().fit(holes)
# What fitting on a DataFrame leaves behind.
gaps.feature_names_in_ = np.array(["rsi_14", "macd", "größe", "flat"], dtype=object)
unscaled = StandardScaler(with_mean=False, with_std=False).fit(rows)

for label, scaler in [("plain", plain), ("gaps", gaps), ("unscaled", unscaled)]:
    for protocol in range(2, 6):
        name = f"{label}_protocol{protocol}.pkl"
        data = pickle.dumps(scaler, protocol=protocol)
        (folder / name).write_bytes(data)
        describe(name, scaler)
        if protocol == 2:  # names of NumPy 1.x; text in protocol 2, so that lengths do not matter
            old = data.replace(b"numpy._core.", b"numpy.core.")
            assert old != data or label == "unscaled"
            (folder / f"{label}_numpy1.pkl").write_bytes(old)
            describe(f"{label}_numpy1.pkl", scaler)
    joblib.dump(scaler, folder / f"{label}_joblib.pkl")
    describe(f"{label}_joblib.pkl", scaler)
joblib.dump(plain, folder / "refused_zlib.pkl", compress=("zlib", 3))
joblib.dump(plain, folder / "refused_gzip.pkl", compress=("gzip", 3))


class System:
    def __reduce__(self):
        import os
        return os.system, ("touch /tmp/apus-pickle-was-run",)


for protocol in (2, 4):
    (folder / f"hostile_system_protocol{protocol}.pkl").write_bytes(pickle.dumps(System(), protocol=protocol))
expected["fit"] = {
    "rows": [[None if np.isnan(v) else v for v in row] for row in holes.tolist()],
    "transformed": [[None if np.isnan(v) else v for v in row] for row in gaps.transform(holes).tolist()],
}
(folder / "expected.json").write_text(json.dumps(expected))
