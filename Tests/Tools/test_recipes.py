"""The notebooks that start from candles, run small: what they publish opens in PyTorch, Keras and ONNX Runtime with the same outputs."""

import json
import os
import pathlib
import re
import subprocess

import nbformat
import numpy as np
import pytest

from notebooks import Runs, text_of

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[2] / "notebooks"
# PyTorch comes from Debian, and so does its Python.
TORCH_PYTHON = "/usr/bin/python3"


def recipe_run(name, apus, environment, folder, formats, **parameters):
    runs = Runs(apus, NOTEBOOKS / f"{name}.ipynb", folder, environment, bars=1500, epochs=2, **parameters)
    notebook = nbformat.read(runs.source, as_version=4)
    upload = next(c for c in notebook.cells if c.id == "upload")
    upload.source = re.sub(r"--formats \S+", f"--formats {formats}", upload.source)
    assert formats in upload.source
    runs.source = runs.folder / "edited.ipynb"
    nbformat.write(notebook, runs.source)
    result = runs.run()
    assert result.returncode == 0, result.stdout + result.stderr
    return runs


@pytest.fixture(scope="module", params=["sequence-regressor", "sequence-regressor-gru"])
def regressor(request, apus, jupyter_environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return recipe_run(
        "sequence-regressor", apus, jupyter_environment, folder, "keras,pytorch,safetensors", recipe=request.param, folds=2, foldEpochs=1)


@pytest.fixture(scope="module")
def transformer(apus, jupyter_environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("transformer")
    return recipe_run("price-action-transformer", apus, jupyter_environment, folder, "pytorch,safetensors,onnx")


def published(runs):
    """The folder with the files that the notebook uploaded, fetched as a user would."""
    target = runs.folder / "published"
    if not target.exists():
        cells = [f"%%auth --hub {runs.parameters['hub']}", f"%%snapshot --repo {model_repository(runs)} --type model --local-dir {target}"]
        run_cells(runs, cells)
    return next(p.parent for p in target.rglob("config.json"))


def model_repository(runs):
    parameters = next(c for c in runs.executed().cells if c.id == "parameters").source
    return next(line.split('"')[1] for line in parameters.splitlines() if line.startswith("let modelRepo"))


def run_cells(runs, cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = runs.folder / "cells.ipynb"
    nbformat.write(notebook, path)
    result = subprocess.run(
        [runs.apus, "run", str(path), "-o", str(runs.folder / "cells-out.ipynb"), "--cwd", str(runs.folder)], env=runs.environment,
        cwd=runs.folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return nbformat.read(runs.folder / "cells-out.ipynb", as_version=4)


def torch_outputs(script, checkpoint, inputs, tmp_path):
    """What a module of PyTorch, whose class `script` defines as Model, gives for inputs with the weights of a checkpoint."""
    np.save(tmp_path / "x.npy", inputs)
    program = f"""
import json, math, numpy, torch
checkpoint = torch.load({str(checkpoint)!r}, weights_only=True)
print(json.dumps({{k: v for k, v in checkpoint.items() if k != "model_state_dict"}}))
{script}
model = Model(checkpoint["input_dim"])
model.load_state_dict(checkpoint["model_state_dict"])
model.eval()
with torch.no_grad():
    numpy.save({str(tmp_path / "y.npy")!r}, model(torch.from_numpy(numpy.load({str(tmp_path / "x.npy")!r}))).numpy())
print(sum(p.numel() for p in model.parameters() if p.requires_grad))
"""
    result = subprocess.run([TORCH_PYTHON, "-c", program], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    metadata, count = result.stdout.splitlines()
    return json.loads(metadata), int(count), np.load(tmp_path / "y.npy")


TRANSFORMER = """
class PositionalEncoding(torch.nn.Module):
    def __init__(self, d_model, max_len=5000):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2], pe[:, 0, 1::2] = torch.sin(position * div), torch.cos(position * div)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[:x.size(1)].transpose(0, 1)

class Model(torch.nn.Module):
    def __init__(self, input_dim):
        super().__init__()
        self.input_projection = torch.nn.Linear(input_dim, 128)
        self.pos_encoder = PositionalEncoding(128)
        layer = torch.nn.TransformerEncoderLayer(128, 4, 512, 0.1, batch_first=True)
        self.transformer_encoder = torch.nn.TransformerEncoder(layer, 2)
        self.fc_out = torch.nn.Sequential(torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(64, 1))

    def forward(self, x):
        x = self.transformer_encoder(self.pos_encoder(self.input_projection(x))).mean(dim=1)
        return torch.sigmoid(self.fc_out(x))
"""


def recurrent(kind):
    return f"""
class Model(torch.nn.Module):
    def __init__(self, input_dim):
        super().__init__()
        self.{kind} = torch.nn.{kind.upper()}(input_dim, 128, 2, batch_first=True, dropout=0.2)
        self.fc1, self.fc2 = torch.nn.Linear(128, 64), torch.nn.Linear(64, 1)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(self.{kind}(x)[0][:, -1])))
"""


def test_the_regressors_notebook_shows_models_beside_baselines(regressor):
    evaluate = text_of(regressor.cell("evaluate"))
    for word in ("RMSE", "directional accuracy", "always 0", "always the training mean"):
        assert word in evaluate, evaluate
    folds = text_of(regressor.cell("walk-forward"))
    assert "mean ± sd" in folds and "always 0" in folds and "2 folds" in folds, folds
    assert "Dropped 199 candles" in text_of(regressor.cell("preprocess"))
    lines = (regressor.folder / "BTCUSDT-4h-predictions.csv").read_text().splitlines()
    assert lines[0] == "date,open,high,low,close,volume,predicted_return,signal" and len(lines) == 1500 - 199 - 23 + 1


def test_the_regressor_in_keras_and_pytorch(regressor, tmp_path):
    import keras

    folder = published(regressor)
    configuration = json.loads((folder / "config.json").read_text())
    steps, features = configuration["metadata"]["sequence_length"], configuration["metadata"]["num_features"]
    assert configuration["windows"]["columns"] == configuration["feature_names"] and steps == 24
    x = np.random.default_rng(3).normal(size=(40, steps, features)).astype(np.float32)
    expected = np.asarray(keras.models.load_model(folder / "model.h5").predict(x, verbose=0)).reshape(40, 1)
    kind = "gru" if "gru" in regressor.parameters["recipe"] else "lstm"
    metadata, count, found = torch_outputs(recurrent(kind), folder / "best_model.pth", x, tmp_path)
    np.testing.assert_allclose(found, expected, atol=2e-6)
    assert metadata["window_size"] == steps and metadata["input_dim"] == features and metadata["feature_columns"] == configuration["feature_names"]
    if kind == "lstm" and features == 80:
        assert count == 247_937


def test_the_transformers_notebook_shows_models_beside_baselines(transformer):
    evaluate = text_of(transformer.cell("evaluate"))
    for word in ("precision", "recall", "F1", "AUC", "average precision", "majority", "always the base rate", "best threshold"):
        assert word in evaluate, evaluate
    assert "406,785" in text_of(transformer.cell("build"))
    assert "Latest candle" in text_of(transformer.cell("predict"))


def test_the_transformer_in_pytorch_and_onnx_runtime(transformer, tmp_path):
    import onnxruntime

    folder = published(transformer)
    x = np.random.default_rng(4).normal(size=(24, 64, 14)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    expected = session.run(None, {session.get_inputs()[0].name: x})[0].reshape(24, 1)
    metadata, count, found = torch_outputs(TRANSFORMER, folder / "best_model.pth", x, tmp_path)
    np.testing.assert_allclose(found, expected, atol=2e-6)
    assert count == 406_785 and metadata["input_dim"] == 14 and metadata["window_size"] == 64
    assert metadata["feature_columns"][:6] == ["open", "high", "low", "close", "volume", "rsi_14"]


def test_a_published_model_predicts_what_the_session_did(transformer):
    """In a new session, from the hub, and from a folder with PyTorch's checkpoint alone."""
    cells = [
        f"%%auth --hub {transformer.parameters['hub']}",
        "%%download --repo simulated/candles --path BTCUSDT --timeframe 15m --candles BTCUSDT-15m.csv",
        f"%%predict --repo {model_repository(transformer)} --path BTCUSDT/15m --out again.csv",
    ]
    run_cells(transformer, cells)
    first = (transformer.folder / "BTCUSDT-15m-signals.csv").read_text()
    assert (transformer.folder / "again.csv").read_text() == first

    checkpoint = transformer.folder / "checkpoint"
    checkpoint.mkdir()
    for name in ("best_model.pth", "scaler.pkl", "config.json"):
        (checkpoint / name).write_bytes((published(transformer) / name).read_bytes())
    run_cells(transformer, cells[:2] + ["%%predict --model checkpoint --out torch.parquet"])
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(transformer.folder / "torch.parquet").to_pandas()
    expected = np.loadtxt(first.splitlines()[1:], delimiter=",", usecols=6)
    np.testing.assert_allclose(table["probability"], expected, atol=1e-6)


def test_the_scaler_needs_numpy_alone(transformer):
    import pickle

    scaler = pickle.loads((published(transformer) / "scaler.pkl").read_bytes())
    assert set(scaler) == {"mean", "std", "feature_columns"} and scaler["mean"].shape == scaler["std"].shape == (14,)
    assert scaler["feature_columns"][5] == "rsi_14" and 40 < scaler["mean"][5] < 60


def test_another_shape_of_checkpoint_is_one_clear_error(transformer):
    folder = transformer.folder / "mixed"
    folder.mkdir()
    for name in ("best_model.pth", "scaler.pkl", "config.json"):
        (folder / name).write_bytes((published(transformer) / name).read_bytes())
    configuration = json.loads((folder / "config.json").read_text())
    configuration["windows"]["columns"] = configuration["windows"]["columns"][:13]
    (folder / "config.json").write_text(json.dumps(configuration))
    with pytest.raises(AssertionError) as caught:
        run_cells(transformer, [
            f"%%auth --hub {transformer.parameters['hub']}",
            "%%download --repo simulated/candles --path BTCUSDT --timeframe 15m --candles BTCUSDT-15m.csv", "%%predict --model mixed"])
    assert "13" in str(caught.value) and "14" in str(caught.value)


@pytest.mark.skipif("APUS_TEST_CANDLES" not in os.environ, reason="no folder of real candles: set APUS_TEST_CANDLES")
@pytest.mark.parametrize("name", ["sequence-regressor", "price-action-transformer"])
def test_the_notebooks_on_real_candles(apus, jupyter_environment, tmp_path, name):
    candles = pathlib.Path(os.environ["APUS_TEST_CANDLES"]) / "BTC_USDT-1h.csv"
    runs = Runs(apus, NOTEBOOKS / f"{name}.ipynb", tmp_path / "run", jupyter_environment, bars=600, epochs=1, sample=0.25)
    if name == "sequence-regressor":
        runs.parameters.update(folds=2, foldEpochs=1)
    runs.edit("preprocess", "--columns", f"--candles {candles} --columns").edit("predict", "%%predict", f"%%predict --candles {candles}")
    result = runs.run()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "always" in text_of(runs.cell("evaluate")) and "BTC_USDT 1h" in text_of(runs.cell("predict"))


@pytest.mark.parametrize("name", ["sequence-regressor", "price-action-transformer"])
def test_check_finds_nothing_wrong_with_the_notebooks(apus, name):
    result = subprocess.run([apus, "check", str(NOTEBOOKS / f"{name}.ipynb")], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
