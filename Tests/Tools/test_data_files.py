"""What Apus writes, judged by the tools that will read it: NumPy, pickle, joblib and scikit-learn."""

import json
import os
import pathlib
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")


def call(*arguments, check=True):
    result = subprocess.run([os.environ["APUS_BINARY"], *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert not check or result.returncode == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    call("simulate", "--bars", 3000, "--seed", 11, "--out", folder / "candles.csv")
    call("features", folder / "candles.csv", "--timeframe", "15m", "--out", folder)
    return folder


@pytest.fixture(scope="module")
def features(folder):
    """The unscaled features, recomputed from the scaled ones: good to Float32."""
    return np.load(folder / "15m_X_sequences.npy").astype("f8")


def scalers(folder):
    path = folder / "15m_scaler.pkl"
    with open(path, "rb") as file:
        return [pickle.load(file), joblib.load(path)]


def test_arrays_have_the_published_types_and_shapes(folder):
    sequences = np.load(folder / "15m_X_sequences.npy", allow_pickle=False)
    classes = np.load(folder / "15m_y_class.npy", allow_pickle=False)
    bars = np.load(folder / "15m_y_reg.npy", allow_pickle=False)
    assert sequences.dtype == "<f4" and sequences.shape == (2971, 30, 13) and np.isfinite(sequences).all()
    assert classes.dtype == bars.dtype == "<i4" and classes.shape == bars.shape == (2971,)
    assert ((classes == -1) == (bars == -1)).all() and classes.max() == 3 and bars[bars >= 0].min() >= 1


@pytest.mark.parametrize("name", ["X_sequences", "y_class", "y_reg"])
def test_files_are_byte_for_byte_what_numpy_saves(folder, tmp_path, name):
    written = folder / f"15m_{name}.npy"
    np.save(tmp_path / "again.npy", np.load(written))
    assert (tmp_path / "again.npy").read_bytes() == written.read_bytes()


def test_windows_slide_by_one_bar(folder):
    sequences = np.load(folder / "15m_X_sequences.npy")
    assert (sequences[1:, :-1] == sequences[:-1, 1:]).all()


def test_pickle_and_joblib_load_the_scaler(folder):
    for scaler in scalers(folder):
        assert isinstance(scaler, StandardScaler)
        assert scaler.n_features_in_ == 13
        names = json.loads((folder / "15m_statistics.json").read_text())["sequence_config"]["feature_names"]
        assert scaler.feature_names_in_.tolist() == names
        # Warm-up bars of RSI and of the volume average have no value.
        assert (scaler.n_samples_seen_.max() - scaler.n_samples_seen_).tolist() == [14, *[0] * 8, 19, 0, 0, 0]


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_the_scaler_undoes_what_apus_scaled(folder, features):
    """Close-to-close log returns come back from column 11 of the scaled sequences."""
    scaler = scalers(folder)[0]
    closes = np.loadtxt(folder / "candles.csv", delimiter=",", skiprows=1, usecols=4)
    returns = np.diff(np.log(closes), prepend=np.log(closes[0]))
    restored = scaler.inverse_transform(features[:, -1, :])[:, 11]
    np.testing.assert_allclose(restored, returns[29:], atol=1e-8)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_scikit_learn_goes_on_with_the_scaler_and_apus_equals_its_fit(folder, features):
    scaler = scalers(folder)[0]
    rows = np.concatenate([features[0], features[1:, -1]])
    unscaled = scaler.inverse_transform(rows)
    seen = int(scaler.n_samples_seen_.max())
    # Skip the bars whose NaN became 0: columns 0 and 9 are compared without their warm-up.
    for column, start in [(0, 14), (2, 0), (9, 19), (11, 0)]:
        own = StandardScaler().fit(unscaled[start:seen, [column]])
        np.testing.assert_allclose(own.mean_, scaler.mean_[[column]], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(own.scale_, scaler.scale_[[column]], rtol=1e-5)
    before = scaler.mean_.copy()
    scaler.partial_fit(unscaled[:50])
    assert (scaler.mean_ != before).any()
    again = pickle.loads(pickle.dumps(scaler))
    np.testing.assert_array_equal(again.transform(unscaled), scaler.transform(unscaled))


def test_the_same_seed_gives_the_same_candles(folder):
    again = call("simulate", "--bars", 3000, "--seed", 11).stdout
    assert again == (folder / "candles.csv").read_text()


@pytest.mark.parametrize(
    "text, words",
    [
        ("date,open,high,low,close\n", "no 'volume' column"),
        ("date,open,high,low,close,volume\n2023-01-01,1,1,1,x,1\n", "line 2, column 5"),
        (None, "No such file"),
    ],
)
def test_bad_candles_end_in_one_line_and_leave_nothing(tmp_path, text, words):
    if text is not None:
        (tmp_path / "bad.csv").write_text(text)
    result = call("features", tmp_path / "bad.csv", "--timeframe", "15m", "--out", tmp_path / "out", check=False)
    assert result.returncode == 1 and words in result.stderr and len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_numpy_opens_our_archives():
    """`APUS_ARTIFACTS=DIR swift test --filter DataFileArtifacts` writes DIR/data/a.npz."""
    path = pathlib.Path(os.environ.get("APUS_ARTIFACTS", ".build/artifacts")) / "data" / "a.npz"
    with np.load(path, allow_pickle=False) as archive:
        assert archive.files == ["X", "größe", "flags", "scalar", "none"]
        np.testing.assert_array_equal(archive["X"], np.array([[1, -2], [3.5, np.inf], [0, 6]], "f4"), strict=True)
        np.testing.assert_array_equal(archive["größe"], np.array([1 << 40, -7]), strict=True)
        np.testing.assert_array_equal(archive["flags"], np.array([True, False, True]), strict=True)
        np.testing.assert_array_equal(archive["scalar"], np.array(0.1), strict=True)
        np.testing.assert_array_equal(archive["none"], np.zeros((0, 4), "u1"), strict=True)


def test_numpy_opens_our_scaler_as_a_dictionary():
    """The same, DIR/data/scaler.pkl, in a process that has NumPy but not scikit-learn."""
    path = pathlib.Path(os.environ.get("APUS_ARTIFACTS", ".build/artifacts")) / "data" / "scaler.pkl"
    program = """
import json, pickle, sys
sys.modules["sklearn"] = None
scaler = pickle.load(open(sys.argv[1], "rb"))
types = [type(value).__name__ for value in scaler.values()]
print(json.dumps([list(scaler), types, str(scaler["mean"].dtype), scaler["mean"].tolist(), scaler["std"].tolist(), scaler["feature_columns"]]))
"""
    result = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    keys, types, dtype, mean, std, columns = json.loads(result.stdout)
    rows = np.array([[1, 10], [3, 10.5], [8, 0.1]])
    assert keys == ["mean", "std", "feature_columns"] and types == ["ndarray", "ndarray", "list"] and dtype == "float64"
    np.testing.assert_allclose(mean, rows.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(std, rows.std(axis=0), rtol=1e-15)
    assert columns == ["open", "größe"]
