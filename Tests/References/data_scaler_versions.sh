#!/usr/bin/env bash
# Makes Tests/ApusDataTests/Fixtures/scaler/versions: the same StandardScaler as older scikit-learn, NumPy and joblib save it.
#
#   Tests/References/data_scaler_versions.sh        (Python 3.11; environments of each version in .build/scalers)
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=Tests/ApusDataTests/Fixtures/scaler/versions
mkdir -p .build/scalers "$folder"
for versions in "1.2.2 1.24.4 1.2.0" "1.4.2 1.26.4 1.3.2" "1.6.1 2.2.6 1.4.2"; do
    read -r sklearn numpy joblib <<<"$versions"
    python=.build/scalers/$sklearn/bin/python
    [ -x "$python" ] || python3 -m venv "${python%/bin/python}"
    "$python" -m pip install -q --disable-pip-version-check "scikit-learn==$sklearn" "numpy==$numpy" "joblib==$joblib"
    "$python" - "$folder/$sklearn" <<'PYTHON'
import json, pickle, sys
import joblib, numpy as np
from sklearn.preprocessing import StandardScaler

path = sys.argv[1]
rows = np.arange(40, dtype=float).reshape(10, 4) ** 1.5
rows[:3, 1] = np.nan
scaler = StandardScaler().fit(rows)
scaler.feature_names_in_ = np.array(["a", "b", "größe", "d"], dtype=object)
for protocol in range(2, 6):
    with open(f"{path}_protocol{protocol}.pkl", "wb") as file:
        pickle.dump(scaler, file, protocol=protocol)
joblib.dump(scaler, f"{path}.joblib")
with open(path.rsplit("/", 1)[0] + "/expected.json", "w") as file:
    json.dump({name: getattr(scaler, name).tolist() for name in ["mean_", "var_", "scale_", "n_samples_seen_"]}, file)
PYTHON
done
