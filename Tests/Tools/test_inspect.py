"""`apus inspect` on files that the tools they belong to have written, and on files that nobody should have."""

import json
import os
import pickle
import random
import subprocess

import nbformat
import numpy as np
import pytest

SEED = int(os.environ.get("APUS_SEED", random.randrange(1 << 31)))


def inspect(apus, *arguments):
    return subprocess.run([apus, "inspect", *map(str, arguments)], capture_output=True, text=True, timeout=60)


def report(apus, path):
    result = inspect(apus, "--json", path)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def samples(tmp_path_factory, apus):
    """One file of each kind, by name."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras
    from safetensors.numpy import save_file
    from sklearn.preprocessing import StandardScaler

    folder = tmp_path_factory.mktemp("samples")
    np.save(folder / "array.npy", np.zeros((7, 3, 2), dtype="<f8"))
    np.save(folder / "fortran.npy", np.asfortranarray(np.ones((4, 5), dtype=">i4")))
    save_file({"a": np.zeros((2, 3), "float32"), "b": np.ones(4, "float32")}, folder / "weights.safetensors", metadata={"made by": "a test"})
    scaler = StandardScaler().fit(np.arange(12.0).reshape(4, 3))
    scaler.feature_names_in_ = np.array(["open", "high", "low"], dtype=object)  # as a data frame leaves it
    with open(folder / "scaler.pkl", "wb") as file:
        pickle.dump(scaler, file)
    inputs = keras.Input((30, 13))
    hidden = keras.layers.LSTM(8, name="memory")(inputs)
    model = keras.Model(inputs, [keras.layers.Dense(4, activation="softmax", name="direction")(hidden), keras.layers.Dense(1, name="bars")(hidden)])
    model.save(folder / "model.h5")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%%train --epochs 3"), nbformat.v4.new_markdown_cell("# Text")])
    nbformat.write(notebook, folder / "notebook.ipynb")
    (folder / "settings.json").write_text('{"a": 1, "list": [1, 2]}')
    subprocess.run([apus, "simulate", "--bars", "50", "--out", folder / "candles.csv"], check=True, capture_output=True)
    return folder


def test_files_of_other_tools(apus, samples):
    array = report(apus, samples / "array.npy")
    assert array["kind"] == "NumPy array (.npy)" and array["facts"]["shape"] == "(7, 3, 2)" and array["facts"]["dtype"] == "float64"
    fortran = report(apus, samples / "fortran.npy")["facts"]
    assert fortran["order"].startswith("Fortran") and fortran["byte order"] == "big-endian" and fortran["dtype"] == "int32"
    weights = report(apus, samples / "weights.safetensors")
    assert weights["facts"]["parameters"] == "10" and weights["facts"]["metadata: made by"] == "a test"
    assert weights["tables"]["arrays"] == [{"name": "a", "shape": "(2, 3)"}, {"name": "b", "shape": "(4,)"}]
    scaler = report(apus, samples / "scaler.pkl")
    assert scaler["facts"]["features"] == "3" and scaler["facts"]["fitted on"] == "4 rows"
    assert scaler["tables"]["features"][1] == {"name": "high", "mean": "5.5", "scale": str(np.sqrt(11.25))}
    model = report(apus, samples / "model.h5")
    assert model["facts"]["parameters"] == str(4 * 8 * (13 + 8 + 1) + 4 * 9 + 9)
    layers = {layer["name"]: layer for layer in model["tables"]["layers"]}
    assert layers["memory"] == {"name": "memory", "output": "(N, 8)", "weights": "(13, 32) (8, 32) (32,)"}
    notebook = report(apus, samples / "notebook.ipynb")
    assert notebook["kind"].startswith("Jupyter notebook") and notebook["tables"]["code"] == [{"cell": "1", "begins with": "%%train --epochs 3"}]
    assert report(apus, samples / "settings.json")["tables"]["members"] == [{"name": "a", "value": "1"}, {"name": "list", "value": "list of 2"}]
    candles = report(apus, samples / "candles.csv")
    assert candles["kind"] == "candles (CSV)" and candles["facts"]["candles"] == "50"


def test_a_name_does_not_matter_and_several_files_are_told_apart(apus, samples, tmp_path):
    other = tmp_path / "model.csv"
    other.write_bytes((samples / "array.npy").read_bytes())
    result = inspect(apus, other, samples / "weights.safetensors", tmp_path / "missing", tmp_path)
    assert result.returncode == 1
    assert "NumPy array" in result.stdout and "\n  a     (2, 3)\n" in result.stdout
    assert result.stderr.splitlines() == [
        f"{tmp_path / 'missing'}: No such file or directory", f"{tmp_path}: it is a folder: name a file in it"]


def test_hostile_files_are_refused_with_one_sentence(apus, samples, tmp_path):
    class Attack:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'executed'}",)

    hostile = {
        "attack.pkl": pickle.dumps(Attack()),
        "empty": b"",
        "noise": random.Random(1).randbytes(5000),
        "header.safetensors": (1 << 40).to_bytes(8, "little") + b"{",
        "shape.npy": (samples / "array.npy").read_bytes().replace(b"(7, 3, 2)", b"(7, 3, 9)"),
        "short.h5": (samples / "model.h5").read_bytes()[:4000],
        "deep.json": b"[" * 100_000,
        "text.txt": b"only words, and no candles\n1,2\n",
    }
    for name, content in hostile.items():
        path = tmp_path / name
        path.write_bytes(content)
        result = inspect(apus, path)
        assert result.returncode == 1 and not result.stdout, name
        assert len(result.stderr.splitlines()) == 1 and result.stderr.startswith(f"{path}: "), (name, result.stderr)
    assert not (tmp_path / "executed").exists()


def test_control_characters_do_not_reach_the_terminal(apus, tmp_path):
    (tmp_path / "colours.json").write_text('{"\\u001b[31mred": "\\u0007bell"}')
    result = inspect(apus, tmp_path / "colours.json")
    assert result.returncode == 0 and "\x1b" not in result.stdout and "\x07" not in result.stdout


def test_damaged_files_never_crash(apus, samples, tmp_path):
    print("seed", SEED)
    source = random.Random(SEED)
    files = sorted(path for path in samples.iterdir() if path.suffix != ".csv")
    for turn in range(120):
        path = files[turn % len(files)]
        data = bytearray(path.read_bytes())
        for _ in range(source.choice([1, 3, 20])):
            place = source.randrange(len(data))
            data[place] = source.randrange(256)
        if source.random() < 0.3:
            del data[source.randrange(len(data)):]
        target = tmp_path / f"{turn}{path.suffix}"
        target.write_bytes(data)
        result = inspect(apus, target)
        assert result.returncode in (0, 1), (path, turn, SEED, result.stderr)
        assert len(result.stderr.splitlines()) <= 1, (path, turn, SEED, result.stderr)
