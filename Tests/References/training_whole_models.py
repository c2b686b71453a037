"""Writes ApusTrainingTests/Fixtures/whole_models.json: the recipes of the regressors and the transformer at full size, by PyTorch in float64.

Of each: the outputs, loss and gradients of the first batch (of a gradient its L2 norm and every k-th element), and the losses of ten steps of
training from the same weights on the same batches, dropout off. Weights and examples come from SplitMix64, which the test has too.
The transformer's examples are such that no hidden unit is within rounding of zero: where one is, PyTorch in float32 takes another way too.
Run: python3 Tests/References/training_whole_models.py   (torch 1.13)
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
STEPS, RATE = 10, 1e-3


def signed(seed, count):
    """TestSupport's generator: float32 in [-1, 1)."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float32) / np.float32(1 << 23) - np.float32(1)


# One of our parameters is (name, PyTorch's parameters, ours from theirs, theirs from ours).
def matrix(name, parameter):
    return name, [parameter], lambda a: a[0].T, lambda a: [a.T]


def vector(name, parameter):
    return name, [parameter], lambda a: a[0], lambda a: [a]


def dense(m):
    return [matrix("kernel", m.weight), vector("bias", m.bias)]


def lstm(m):
    nn.init.zeros_(m.bias_hh_l0)
    m.bias_hh_l0.requires_grad_(False)  # one bias, as here and in Keras; two would learn twice as fast
    return [matrix("kernel", m.weight_ih_l0), matrix("recurrent_kernel", m.weight_hh_l0), vector("bias", m.bias_ih_l0)]


def gru(m):
    def exchanged(a):  # PyTorch's gates are r, z, n, ours z, r, h
        first, second, third = np.split(a, 3, axis=-1)
        return np.concatenate([second, first, third], axis=-1)
    def gates(name, parameter):
        return name, [parameter], lambda a: exchanged(a[0].T), lambda a: [exchanged(a).T]
    biases = "bias", [m.bias_ih_l0, m.bias_hh_l0], lambda a: exchanged(np.stack(a)), lambda a: list(exchanged(a))
    return [gates("kernel", m.weight_ih_l0), gates("recurrent_kernel", m.weight_hh_l0), biases]


def encoder(m):
    return [
        matrix("kernel", m.self_attn.in_proj_weight), vector("bias", m.self_attn.in_proj_bias), *dense(m.self_attn.out_proj),
        *dense(m.linear1), *dense(m.linear2), vector("gamma", m.norm1.weight), vector("beta", m.norm1.bias),
        vector("gamma", m.norm2.weight), vector("beta", m.norm2.bias)]


class Regressor(nn.Module):
    shape = 24, 80

    def __init__(self, cell, slots):
        super().__init__()
        self.first, self.second = cell(80, 128, batch_first=True), cell(128, 128, batch_first=True)
        self.dense, self.out = nn.Linear(128, 64), nn.Linear(64, 1)
        self.slots = slots(self.first) + slots(self.second) + dense(self.dense) + dense(self.out)

    def forward(self, x):
        return self.out(torch.relu(self.dense(self.second(self.first(x)[0])[0][:, -1])))

    def loss(self, y, t):
        return ((y - t) ** 2).mean()

    def outputs(self, y):
        return y


class Transformer(nn.Module):
    shape = 64, 14

    def __init__(self, positive):
        super().__init__()
        self.positive = torch.tensor(positive)
        self.projection = nn.Linear(14, 128)
        self.encoders = nn.ModuleList(nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True) for _ in range(2))
        self.dense, self.out = nn.Linear(128, 64), nn.Linear(64, 1)
        self.slots = dense(self.projection) + [s for e in self.encoders for s in encoder(e)] + dense(self.dense) + dense(self.out)
        column, step = torch.arange(128), torch.arange(64)[:, None]
        angle = step / 10000 ** ((column // 2 * 2)[None] / 128)
        self.positions = torch.where(column % 2 == 0, angle.sin(), angle.cos()).float().double()  # the table is in float32

    def forward(self, x):
        x = self.projection(x) + self.positions
        for layer in self.encoders:
            x = layer(x)
        return self.out(torch.relu(self.dense(x.mean(1))))

    def loss(self, y, t):
        return F.binary_cross_entropy_with_logits(y, t, pos_weight=self.positive)

    def outputs(self, y):
        return torch.sigmoid(y)


def initialize(model):
    for index, (name, theirs, to_ours, to_theirs) in enumerate(model.slots):
        shape = to_ours([p.detach().numpy() for p in theirs]).shape
        bound = np.float32(np.sqrt(6 / sum(shape))) if len(shape) == 2 else np.float32(0.2)
        value = (signed(100 + index, int(np.prod(shape))) * bound).reshape(shape) + np.float32(name == "gamma")
        with torch.no_grad():
            for parameter, array in zip(theirs, to_theirs(value.astype(np.float64))):
                parameter.copy_(torch.tensor(array.copy()))


def flat(model):
    return np.concatenate([to_ours([p.detach().numpy() for p in theirs]).ravel() for _, theirs, to_ours, _ in model.slots])


def adam(parameters):
    """Keras's epsilon, see Adam."""
    optimizer = torch.optim.Adam(parameters, lr=RATE)

    def before(step):
        optimizer.param_groups[0]["eps"] = 1e-7 / np.sqrt(1 - 0.999 ** (step + 1))
    return optimizer, before


def adamw(parameters):
    return torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01), lambda step: None


def scheduled(parameters):
    """AdamW with three steps of warm-up and a cosine over the other seven."""
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)
    rise = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=3)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=7, eta_min=0.05 * RATE)
    scheduler = torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[3])
    return optimizer, lambda step: scheduler.step() if step > 0 else None


# name: (model, optimiser, largest gradient norm, rows of a batch, seed of the examples)
RUNS = {
    "sequence-regressor": (lambda: Regressor(nn.LSTM, lstm), adam, None, 32, 1),
    "sequence-regressor-gru": (lambda: Regressor(nn.GRU, gru), adam, 0.5, 32, 1),
    "price-action-transformer": (lambda: Transformer(1.0), adamw, None, 4, 10),
    "price-action-transformer, scheduled": (lambda: Transformer(1.75), scheduled, 0.4, 4, 40),
}


def run(name, make, optimizer_of, maximum, batch, seed):
    model = make()
    initialize(model)
    rows = batch * STEPS
    x = signed(seed, rows * int(np.prod(model.shape))).reshape(rows, *model.shape) * np.float32(1.5)
    x = torch.tensor(x.astype(np.float64))
    t = signed(seed + 1, rows).reshape(rows, 1)
    t = torch.tensor((t > 0.3 if isinstance(model, Transformer) else t).astype(np.float64))
    start = flat(model)
    optimizer, before = optimizer_of([p for p in model.parameters() if p.requires_grad])
    losses, norms, first = [], [], None
    for step in range(STEPS):
        before(step)
        y = model(x[step * batch:(step + 1) * batch])
        loss = model.loss(y, t[step * batch:(step + 1) * batch])
        optimizer.zero_grad()
        loss.backward()
        if first is None:
            gradients = [to_ours([p.grad.numpy() for p in theirs]).ravel() for _, theirs, to_ours, _ in model.slots]
            first = dict(
                outputs=model.outputs(y).detach().numpy().ravel().tolist(),
                gradients=[dict(norm=float(np.linalg.norm(g)), stride=max(1, g.size // 60) | 1, sample=g[::max(1, g.size // 60) | 1].tolist())
                           for g in gradients])
        if maximum:
            norms.append(float(torch.nn.utils.clip_grad_norm_(model.parameters(), maximum)))
        optimizer.step()
        losses.append(loss.item())
    moved = flat(model) - start
    print(name, start.size, losses, norms)
    return dict(batch=batch, seed=seed, **first, losses=losses, moved=dict(norm=float(np.linalg.norm(moved)), sample=moved[::4001].tolist()))


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


if __name__ == "__main__":
    path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/whole_models.json"
    path.write_text(json.dumps(rounded({name: run(name, *rest) for name, rest in RUNS.items()})) + "\n")
