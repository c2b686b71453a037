"""Writes ApusTrainingTests/Fixtures/adamw.json: 200 AdamW steps on 37 parameters by PyTorch, in float32 and in float64.

Gradients span ten orders of magnitude and one parameter's are zero; the rate halves in the middle, and the decay is strong enough to be seen.
Run: python Tests/References/training_adamw.py   (torch 2.13)
"""
import json
import pathlib

import numpy as np
import torch

count, steps, keep, decay = 37, 200, (1, 2, 10, 50, 200), 0.05
rng = np.random.default_rng(5)
start = rng.normal(size=count).astype(np.float32)
gradients = (rng.normal(size=(steps, count)) * 10.0 ** rng.integers(-8, 2, size=count)).astype(np.float32)
gradients[:, 5] = 0
rates = [1e-3 if step < 100 else 5e-4 for step in range(steps)]


def run(dtype):
    parameter = torch.nn.Parameter(torch.tensor(start, dtype=dtype))
    optimizer = torch.optim.AdamW([parameter], lr=rates[0], weight_decay=decay)
    after = []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rates[step]
        parameter.grad = torch.tensor(gradients[step], dtype=dtype)
        optimizer.step()
        if step + 1 in keep:
            after.append(parameter.detach().numpy().copy())
    return after


text = lambda a: [float(f"{v:.9g}") for v in np.ravel(a)]
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/adamw.json"
path.write_text(json.dumps(dict(
    start=text(start), gradients=text(gradients), rates=rates, decay=decay,
    after=[dict(step=s, float32=text(a), float64=text(b)) for s, a, b in zip(keep, run(torch.float32), run(torch.float64))])) + "\n")
