"""`apus inspect` on what the tools of each format wrote: theirs and ours agree on names, types and shapes."""

import json
import pathlib
import pickle
import subprocess

import joblib
import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

TESTS = pathlib.Path(__file__).parents[1]


@pytest.fixture
def inspect(apus):
    def run(path):
        result = subprocess.run([apus, "inspect", "--json", str(path)], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return run


def fails(apus, path):
    """The one line that a file is refused with."""
    result = subprocess.run([apus, "inspect", str(path)], capture_output=True, text=True)
    assert result.returncode == 1 and result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


def arrays(report):
    return {array["name"]: (array["dtype"], tuple(array["shape"])) for array in report["arrays"]}


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_numpy_archives(inspect, tmp_path, save):
    save(tmp_path / "a.npz", X=np.zeros((3, 2), "f4"), y=np.arange(4), flags=np.array([True]))
    assert arrays(inspect(tmp_path / "a.npz")) == {"X": ("float32", (3, 2)), "y": ("int64", (4,)), "flags": ("bool", (1,))}


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", ">i4", "u8", "f2", ">f4", "f8"])
def test_numpy_arrays(inspect, tmp_path, dtype):
    np.save(tmp_path / "a.npy", np.asfortranarray(np.zeros((5, 3), dtype)))
    (name, (found, shape)), = arrays(inspect(tmp_path / "a.npy")).items()
    assert found.split(",")[0] == np.dtype(dtype).name and shape == (5, 3)
    assert "column-major" in found and ("big-endian" in found) == dtype.startswith(">")


def test_safetensors(inspect, tmp_path):
    from safetensors.numpy import save_file

    content = {name: np.zeros((2, 3), name) for name in ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]}
    save_file(content, tmp_path / "a.safetensors", metadata={"format": "np"})
    report = inspect(tmp_path / "a.safetensors")
    assert arrays(report) == {name: (name, (2, 3)) for name in content} and report["metadata"] == {"format": "np"}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_scalers(inspect, tmp_path, protocol):
    scaler = StandardScaler().fit(np.arange(12.0).reshape(4, 3))
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(scaler, protocol=protocol))
    joblib.dump(scaler, tmp_path / "a.joblib", protocol=protocol)
    for name in ["a.pkl", "a.joblib"]:
        report = inspect(tmp_path / name)
        assert report["metadata"]["features"] == 3 and report["metadata"]["samples_seen"] == 4 and report["kind"].startswith("StandardScaler")


def test_what_is_refused_is_refused_in_one_line(apus, tmp_path):
    joblib.dump(StandardScaler().fit(np.eye(3)), tmp_path / "zlib.pkl", compress=3)
    assert "compress=0" in fails(apus, tmp_path / "zlib.pkl")
    joblib.dump(MinMaxScaler().fit(np.eye(3)), tmp_path / "other.pkl")
    assert "MinMaxScaler" in fails(apus, tmp_path / "other.pkl")
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object))
    assert "objects.npy" in fails(apus, tmp_path / "objects.npy")
    fixtures = TESTS / "ApusModelFilesTests" / "Fixtures"
    assert "posix.system" in fails(apus, fixtures / "pytorch" / "hostile_system.pth")
    assert "TorchScript" in fails(apus, fixtures / "pytorch" / "refused_script.pt")
    assert "Conv1D" in fails(apus, fixtures / "convolution.keras")
    assert "directory" in fails(apus, tmp_path) or "not a file" in fails(apus, tmp_path)
    assert "missing" in fails(apus, tmp_path / "missing")


def test_published_files_and_several_at_once(apus, notebook_path, tmp_path):
    fixtures = TESTS / "ApusModelFilesTests" / "Fixtures"
    paths = [notebook_path, fixtures / "two_heads.h5", fixtures / "recurrent.keras", fixtures / "pytorch" / "checkpoint.pt"]
    result = subprocess.run([apus, "inspect", "--json", *map(str, paths), str(tmp_path / "missing")], capture_output=True, text=True)
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1 and [report["path"] for report in reports] == [str(path) for path in paths]
    assert reports[3]["metadata"]["feature_columns"] == ["open", "größe"] and reports[3]["metadata"]["window_size"] == 64
    assert [layer["name"] for layer in reports[2]["layers"]][:4] == ["input_layer", "gru", "lstm", "lstm_1"]
