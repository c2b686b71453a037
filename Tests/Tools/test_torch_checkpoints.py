"""Checkpoints of the recipes, loaded into the PyTorch modules that they come from.

`APUS_ARTIFACTS=DIR swift test --filter ModelFileArtifacts` writes DIR/models/checkpoints/NAME.pth, NAME.x.npy and NAME.y.npy.
PyTorch is Debian's (python3-torch), in a process of its own.
"""

import json
import os
import pathlib
import subprocess

import pytest

CHECKPOINTS = pathlib.Path(os.environ.get("APUS_ARTIFACTS", ".build/artifacts")) / "models" / "checkpoints"
MODULES = pathlib.Path(__file__).parents[1] / "References"
TORCH = os.environ.get("APUS_TORCH_PYTHON", "/usr/bin/python3")

LOAD = """
import json, sys, numpy, torch
from torch_modules import PriceActionTransformer, SequenceRegressor
folder, name, weights_only = sys.argv[1], sys.argv[2], sys.argv[3] == "True"
c = torch.load(f"{folder}/{name}.pth", weights_only=weights_only)
if name == "transformer":
    module = PriceActionTransformer(c["input_dim"], c["d_model"], c["nhead"], c["num_layers"], c["dim_feedforward"])
else:
    module = SequenceRegressor(c["model_type"], c["input_dim"], c["hidden_size"], c["num_layers"])
own = module.state_dict()
module.load_state_dict(c["model_state_dict"])
x, y = (numpy.load(f"{folder}/{name}.{part}.npy") for part in "xy")
with torch.no_grad():
    outputs = module.eval()(torch.from_numpy(x))
if name == "transformer":
    outputs = torch.sigmoid(outputs)
print(json.dumps({
    "parameters": sum(p.numel() for p in module.parameters()), "names": list(c["model_state_dict"]) == list(own),
    "columns": c["feature_columns"], "window_size": c["window_size"], "epoch": c["epoch"], "steps": x.shape[1],
    "error": float(abs(outputs.numpy() - y).max()), "spread": float(numpy.ptp(y)),
    "positions": float((own["pos_encoder.pe"] - c["model_state_dict"]["pos_encoder.pe"])[:64].abs().max()) if name == "transformer" else 0,
}))
"""


@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize(("name", "parameters", "features"), [("transformer", 406_785, 14), ("lstm", 247_937, 80), ("gru", 188_033, 80)])
def test_the_module_takes_the_checkpoint_and_gives_our_outputs(name, parameters, features, weights_only):
    assert (CHECKPOINTS / f"{name}.pth").exists(), f"no {name}.pth in {CHECKPOINTS}: run APUS_ARTIFACTS=DIR swift test --filter ModelFileArtifacts"
    result = subprocess.run(
        [TORCH, "-B", "-c", LOAD, str(CHECKPOINTS), name, str(weights_only)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(MODULES)})
    assert result.returncode == 0, result.stderr
    seen = json.loads(result.stdout)
    assert seen["parameters"] == parameters and seen["names"]
    assert seen["columns"] == [f"größe_{i}" for i in range(features)]
    assert seen["window_size"] == seen["steps"] and seen["epoch"] == 3
    assert seen["error"] < 2e-6 and seen["spread"] > 1e-3 and seen["positions"] < 1e-5, seen
