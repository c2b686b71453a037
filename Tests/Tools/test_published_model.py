"""What the first notebook publishes, opened by Keras and scikit-learn: it must give the figures that the notebook printed."""

import json
import pathlib
import pickle
import subprocess

import numpy as np
import pytest


@pytest.fixture(scope="module")
def published(apus, notebook_path, jupyter_environment, tmp_path_factory):
    """(folder with the published files, folder with the feature files) of one small run, read through the hub's cache."""
    folder = tmp_path_factory.mktemp("published")
    environment = dict(jupyter_environment, HF_HOME=str(folder / "hf"))
    subprocess.run(
        [apus, "run", str(notebook_path), "-o", "out.ipynb", "--cwd", str(folder), "-p", "hub", f"file:{folder / 'hub'}", "-p", "bars", "4000", "-p", "epochs", "4"],
        cwd=folder, env=environment, check=True, capture_output=True, timeout=600,
    )
    features = next((folder / "hf" / "hub").glob("datasets--*/snapshots/*/v2_model/BTCUSDT/15m"))
    return find_published(folder / "hub"), features


def find_published(hub):
    """The files of the last commit by name, found by their content in the folder hub."""
    found = {}
    for path in sorted(p for p in hub.rglob("*") if p.is_file() and "models" in p.parts):
        head = path.read_bytes()[:8]
        if head.startswith(b"\x89HDF"):
            found["model.h5"] = path
        elif head.startswith(b"\x80\x03"):
            found["scaler.pkl"] = path
        elif head.lstrip().startswith(b"{") and b"performance_metrics" in path.read_bytes():
            found["config.json"] = path
    return found


def test_keras_gives_the_metrics_that_the_notebook_published(published, tmp_path):
    files, features = published
    import keras

    model_path = tmp_path / "model.h5"
    model_path.write_bytes(files["model.h5"].read_bytes())
    model = keras.models.load_model(model_path)
    assert model.count_params() == 33_653

    x = np.load(features / "15m_X_sequences.npy")
    classes = np.load(features / "15m_y_class.npy")
    bars = np.load(features / "15m_y_reg.npy")
    labelled = (classes >= 0) & (bars >= 0)
    x, classes, bars = x[labelled], classes[labelled], bars[labelled]
    start = int(len(x) * 0.7) + int(len(x) * 0.15)
    direction, distance = model.predict(x[start:], verbose=0)

    metrics = json.loads(files["config.json"].read_text())["performance_metrics"]
    accuracy = float(np.mean(direction.argmax(axis=1) == classes[start:]))
    mse = float(np.mean((distance[:, 0] - np.log1p(bars[start:])) ** 2))
    assert accuracy == pytest.approx(metrics["classification"]["accuracy"], abs=2 / len(classes[start:]))
    assert mse == pytest.approx(metrics["regression"]["mse"], rel=1e-4)


def test_scikit_learn_loads_the_published_scaler(published):
    files, features = published
    scaler = pickle.loads(files["scaler.pkl"].read_bytes())
    assert type(scaler).__name__ == "StandardScaler"
    assert scaler.n_features_in_ == 13
    row = np.arange(13, dtype=np.float64)[None]
    assert np.allclose(scaler.inverse_transform(scaler.transform(row)), row)
    assert files["scaler.pkl"].read_bytes() == (features / "15m_scaler.pkl").read_bytes(), "the downloaded scaler is published unchanged"
