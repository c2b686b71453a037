"""Writes ApusTrainingTests/Fixtures/clipping.json: gradients of three parameters before and after PyTorch's clipping.

Run: python Tests/References/training_clipping.py   (torch 2.13)
"""
import json
import pathlib

import numpy as np
import torch

SIZES = (37, 120, 5)
rng = np.random.default_rng(3)
gradients = [(rng.normal(size=n) * 10.0 ** rng.integers(-3, 2, size=n)).astype(np.float32) for n in SIZES]
text = lambda arrays: [float(f"{v:.9g}") for a in arrays for v in np.ravel(a)]


def clipped(clip):
    parameters = [torch.nn.Parameter(torch.zeros(n)) for n in SIZES]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = torch.tensor(gradient)
    norm = clip(parameters)
    return dict(after=text(p.grad.numpy() for p in parameters), norm=None if norm is None else float(norm))


cases = {f"norm {m}": clipped(lambda p: torch.nn.utils.clip_grad_norm_(p, m)) for m in (0.5, 20.0, 1e4)}
cases |= {f"value {m}": clipped(lambda p: torch.nn.utils.clip_grad_value_(p, m)) for m in (0.01, 1.0)}
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/clipping.json"
path.write_text(json.dumps(dict(gradients=text(gradients), cases=cases)) + "\n")
