"""Makes Tests/ApusModelFilesTests/Fixtures/pytorch: what torch.save writes, and what the modules compute.

Run: python Tests/References/files_pytorch.py        (torch 2.13, numpy)
"""
import collections
import json
import os
import pathlib

import numpy as np
import torch
from torch import nn

folder = pathlib.Path(__file__).parents[1] / "ApusModelFilesTests/Fixtures/pytorch"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(3)


class Recurrent(nn.Module):
    """An LSTM of two layers, a GRU and a dense layer; nothing is called as in Apus."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(3, 5, num_layers=2, batch_first=True)
        self.cell = nn.GRU(5, 4, batch_first=True)
        self.norm = nn.LayerNorm(4)
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        x, _ = self.encoder(x)
        x, _ = self.cell(x)
        return self.out(self.norm(x[:, -1]))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("pe", torch.zeros(1, 7, 8))
        self.projection = nn.Linear(3, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.encoder(self.projection(x)).mean(dim=1))


def save_outputs(name, module):
    x = torch.randn(4, 6, 3)
    module.eval()
    with torch.no_grad():
        np.save(folder / f"{name}.x.npy", x.numpy())
        np.save(folder / f"{name}.y.npy", module(x).numpy())


recurrent, transformer = Recurrent(), Transformer()
for module in (recurrent, transformer):
    for parameter in module.parameters():  # no bias is left at zero and no gain at one
        nn.init.uniform_(parameter, -0.5, 0.5)
torch.save(recurrent.state_dict(), folder / "recurrent.pth")
save_outputs("recurrent", recurrent)
torch.save(transformer.state_dict(), folder / "transformer.pth")
save_outputs("transformer", transformer)

optimizer = torch.optim.Adam(recurrent.parameters())
recurrent(torch.randn(2, 6, 3)).sum().backward()
optimizer.step()
torch.save(
    {
        "epoch": 12, "model_state_dict": recurrent.state_dict(), "optimizer_state_dict": optimizer.state_dict(),
        "feature_columns": ["open", "größe"], "window_size": 64, "best_f1": 0.75, "pos_weight": np.float64(1.25), "notes": None,
        "shape": (64, 14), "scheduled": True, "device": torch.device("cpu"),
    }, folder / "checkpoint.pt")

base = torch.arange(24, dtype=torch.float32)
values = torch.tensor([0, 1, 2, 100])
types = {str(dtype).removeprefix("torch."): values.to(dtype) for dtype in [
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
    torch.uint16, torch.uint32, torch.uint64]}
torch.save({
    **types, "bool": torch.tensor([True, False]), "whole": base.view(4, 6), "columns": base.view(4, 6).t(), "part": base.view(4, 6)[1:3, 2::2],
    "tail": base[20:], "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "repeated": torch.tensor([7.0]).expand(3, 2),
    "parameter": nn.Parameter(torch.tensor([1.5])),
}, folder / "types.pth")
torch.save({"z": torch.zeros(2, dtype=torch.complex64)}, folder / "refused_complex.pth")
torch.save(base, folder / "tensor.pt")
torch.save(recurrent, folder / "refused_module.pth")
torch.save({"w": base}, folder / "refused_legacy.pth", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(nn.Linear(2, 1)), folder / "refused_script.pt")


class System:
    def __reduce__(self):
        return os.system, ("touch /tmp/apus-pickle-was-run",)


torch.save(collections.OrderedDict(weight=torch.zeros(1), bias=System()), folder / "hostile_system.pth")
