"""`apus convert`: the models that our tests wrote, in every format, opened by the tool that the format belongs to.

`APUS_ARTIFACTS=DIR swift test --filter ModelFileArtifacts` writes DIR/models/convert/NAME.safetensors, NAME.x.npy and NAME.y0.npy, ...
PyTorch is Debian's (python3-torch), in a process of its own.
"""

import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")

MODELS = pathlib.Path(os.environ.get("APUS_ARTIFACTS", ".build/artifacts")) / "models" / "convert"
FIXTURES = pathlib.Path(__file__).parents[1] / "ApusModelFilesTests" / "Fixtures" / "pytorch"
TORCH = os.environ.get("APUS_TORCH_PYTHON", "/usr/bin/python3")
KERAS_NAMES = ["two_heads", "recurrent", "vectors"]
NAMES = [*KERAS_NAMES, "transformer"]


@pytest.fixture
def convert(apus):
    def run(*arguments, check=True):
        result = subprocess.run([apus, "convert", *map(str, arguments)], capture_output=True, text=True)
        assert not check or result.returncode == 0, result.stderr
        return result

    return run


def data(name):
    outputs = [np.load(path) for path in sorted(MODELS.glob(f"{name}.y*.npy"))]
    assert outputs, f"no outputs of {name} in {MODELS}"
    assert all(np.ptp(output) > 1e-3 for output in outputs), "outputs that do not vary prove nothing"
    return np.load(MODELS / f"{name}.x.npy"), outputs


def torch(program, *arguments):
    """What a program prints as JSON, run by the Python that has PyTorch."""
    result = subprocess.run([TORCH, "-c", program, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_onnx_runtime_gives_our_outputs(convert, tmp_path, name):
    import onnx
    import onnxruntime

    x, expected = data(name)
    convert(MODELS / f"{name}.safetensors", tmp_path / "model.onnx")
    onnx.checker.check_model(onnx.load(tmp_path / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    outputs = session.run(None, {session.get_inputs()[0].name: x})
    assert len(outputs) == len(expected)
    for ours, theirs in zip(expected, outputs):
        np.testing.assert_allclose(theirs, ours, atol=2e-6)
    # A batch of any size.
    assert session.run(None, {session.get_inputs()[0].name: x[:1]})[0].shape[0] == 1


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", KERAS_NAMES)
def test_keras_gives_our_outputs_and_we_give_those_of_what_it_saves(convert, tmp_path, name, ending, compiled):
    import keras

    x, expected = data(name)
    convert(MODELS / f"{name}.safetensors", tmp_path / f"model.{ending}")
    model = keras.models.load_model(tmp_path / f"model.{ending}", compile=compiled)
    assert model.compiled == compiled
    outputs = model.predict(x, verbose=0)
    for ours, theirs in zip(expected, outputs if isinstance(outputs, list) else [outputs]):
        np.testing.assert_allclose(theirs, ours, atol=2e-6)
    model.save(tmp_path / f"again.{ending}")
    convert(tmp_path / f"again.{ending}", tmp_path / "again.onnx")
    convert(tmp_path / f"again.{ending}", tmp_path / "again.safetensors")
    import onnxruntime

    session = onnxruntime.InferenceSession(tmp_path / "again.onnx", providers=["CPUExecutionProvider"])
    for ours, theirs in zip(expected, session.run(None, {session.get_inputs()[0].name: x})):
        np.testing.assert_allclose(theirs, ours, atol=2e-6)


@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_torch_loads_the_state_with_our_names(convert, tmp_path, name, weights_only):
    convert(MODELS / f"{name}.safetensors", tmp_path / "model.pth")
    shapes = torch(
        "import json, sys, torch\n"
        "state = torch.load(sys.argv[1], weights_only=sys.argv[2] == 'True')\n"
        "print(json.dumps({name: list(value.shape) for name, value in state.items()}))",
        tmp_path / "model.pth", weights_only)
    assert all(len(shape) in (1, 2) for shape in shapes.values()) and shapes
    if name == "two_heads":
        assert shapes["lstm.weight_ih_l0"] == [256, 13] and shapes["direction.weight"] == [4, 16]


RECURRENT = """
import json, sys, numpy, torch
from torch import nn
class Module(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 5, batch_first=True)
        self.lstm = nn.LSTM(5, 4, batch_first=True)
        self.gru_1 = nn.GRU(4, 6, batch_first=True)
        self.up, self.dense, self.dense_1, self.size = nn.Linear(6, 3), nn.Linear(6, 4), nn.Linear(4, 5), nn.Linear(5, 2)
    def forward(self, x):
        x = self.gru_1(self.lstm(self.gru(x)[0])[0])[0][:, -1]
        return torch.sigmoid(self.up(x)), self.size(nn.functional.gelu(self.dense_1(torch.tanh(self.dense(x)))))
module = Module().eval()
module.load_state_dict(torch.load(sys.argv[1]))
x = torch.from_numpy(numpy.load(sys.argv[2]))
with torch.no_grad():
    print(json.dumps([y.tolist() for y in module(x)]))
if len(sys.argv) > 3:
    torch.save({"model_state_dict": module.state_dict(), "epoch": 3, "feature_columns": ["a", "b"]}, sys.argv[3])
"""

TRANSFORMER = """
import json, sys, math, numpy, torch
from torch import nn
class Module(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 8)
        self.transformer_encoder = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
        self.transformer_encoder_1 = nn.TransformerEncoderLayer(8, 1, 5, activation="gelu", batch_first=True)
        self.layer_norm = nn.LayerNorm(8)
        self.multi_head_attention = nn.MultiheadAttention(8, 4, batch_first=True)
        self.dense_1, self.y = nn.Linear(8, 6), nn.Linear(6, 1)
    def forward(self, x):
        x = self.dense(x)
        steps, rates = torch.arange(9).unsqueeze(1), torch.exp(torch.arange(0, 8, 2) * (-math.log(10000.0) / 8))
        table = torch.zeros(9, 8)
        table[:, 0::2], table[:, 1::2] = torch.sin(steps * rates), torch.cos(steps * rates)
        x = self.layer_norm(self.transformer_encoder_1(self.transformer_encoder(x + table)))
        x = self.multi_head_attention(x, x, x)[0].mean(dim=1)
        return [self.y(torch.relu(self.dense_1(x)))]
module = Module()
module.load_state_dict(torch.load(sys.argv[1]))
module.eval()
x = torch.from_numpy(numpy.load(sys.argv[2]))
print(json.dumps([y.tolist() for y in module(x)]))
"""


@pytest.mark.parametrize("name, program", [("recurrent", RECURRENT), ("transformer", TRANSFORMER)])
def test_torch_modules_give_our_outputs(convert, tmp_path, name, program):
    _, expected = data(name)
    convert(MODELS / f"{name}.safetensors", tmp_path / "model.pth")
    for ours, theirs in zip(expected, torch(program, tmp_path / "model.pth", MODELS / f"{name}.x.npy"), strict=True):
        np.testing.assert_allclose(theirs, ours, atol=5e-6)


def test_a_checkpoint_of_torch_comes_back(convert, tmp_path):
    """Weights go to PyTorch, are saved there in a checkpoint, and come back bit for bit with the layers given."""
    from safetensors.numpy import load_file, safe_open

    source = MODELS / "recurrent.safetensors"
    convert(source, tmp_path / "model.pth")
    torch(RECURRENT, tmp_path / "model.pth", MODELS / "recurrent.x.npy", tmp_path / "checkpoint.pt")
    with safe_open(source, "np") as file:
        (tmp_path / "layers.txt").write_text(file.metadata()["layers"])
    convert(tmp_path / "checkpoint.pt", tmp_path / "back.safetensors", "--layers", tmp_path / "layers.txt", "--input", "7,3")
    before, after = load_file(source), load_file(tmp_path / "back.safetensors")
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name])


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["missing.h5", "out.onnx"], 1, "cannot be read"),
        (["text.txt", "out.onnx"], 1, "this is not a model but unknown"),
        (["text.txt", "out.xyz"], 64, "does not end like a model file"),
        (["text.txt", "out.h5", "--layers", "text.txt"], 64, "go together"),
        (["text.txt", "out.h5", "--layers", "text.txt", "--input", "3,x"], 64, "takes numbers"),
        ([FIXTURES / "recurrent.pth", "out.h5"], 1, "Give the layers too"),
        ([FIXTURES / "hostile_system.pth", "out.h5"], 1, "'posix.system'"),
        ([MODELS / "transformer.safetensors", "out.keras"], 1, "has no counterpart in Keras"),
    ],
)
def test_what_cannot_be_converted_says_why_and_leaves_nothing(apus, tmp_path, arguments, code, words):
    (tmp_path / "text.txt").write_text("some text that is no model")
    result = subprocess.run(
        [apus, "convert", *[pathlib.Path(a).absolute() if isinstance(a, pathlib.Path) else a for a in arguments]],
        cwd=tmp_path, capture_output=True, text=True)
    assert words in result.stderr, result.stderr
    assert result.returncode == (code if code != 64 else 2)
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]
