"""Writes ApusTrainingTests/Fixtures/adam.json: 200 Adam steps on 37 parameters by Keras, and by PyTorch with the same epsilon placement.

Keras adds epsilon to sqrt(v) of the uncorrected moment, PyTorch to the corrected one: with epsilon = 1e-7 * 1/sqrt(1 - beta2^t) per step they are
the same formula, so PyTorch's epsilon is set before each step. Gradients come from a quadratic that both know: g = scale * (x - target) + noise.
Run: KERAS_BACKEND=jax python Tests/References/training_adam.py   (keras 3.15, torch 2.13)
"""
import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np
import torch

count, steps, keep = 37, 200, (1, 2, 10, 50, 200)
rng = np.random.default_rng(3)
start = rng.normal(size=count).astype(np.float32)
gradients = (rng.normal(size=(steps, count)) * 10.0 ** rng.integers(-8, 2, size=count)).astype(np.float32)
gradients[:, 5] = 0
rates = [1e-3 if step < 100 else 5e-4 for step in range(steps)]

variable = keras.Variable(start)
optimizer = keras.optimizers.Adam(rates[0])
parameter = torch.nn.Parameter(torch.tensor(start))
peer = torch.optim.Adam([parameter], lr=rates[0])
after = []
for step in range(steps):
    optimizer.learning_rate = rates[step]
    optimizer.apply_gradients([(keras.ops.convert_to_tensor(gradients[step]), variable)])
    for group in peer.param_groups:
        group["lr"] = rates[step]
        group["eps"] = 1e-7 / np.sqrt(1 - 0.999 ** (step + 1))
    parameter.grad = torch.tensor(gradients[step])
    peer.step()
    if step + 1 in keep:
        after.append(dict(step=step + 1, keras=np.asarray(variable.value).tolist(), torch=parameter.detach().numpy().tolist()))
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/adam.json"
text = lambda a: [float(f"{v:.9g}") for v in np.ravel(a)]
path.write_text(json.dumps(dict(
    start=text(start), gradients=text(gradients), rates=rates,
    after=[dict(step=a["step"], keras=text(a["keras"]), torch=text(a["torch"])) for a in after])) + "\n")
