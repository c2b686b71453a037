"""Many two-headed LSTMs as one module, by products of whole batches of matrices (`bmm`): how PyTorch trains models side by side at its best.

`torch.func.vmap` does not go through cuDNN's LSTM, so the recurrence is written out. M models, B rows, T steps, H units.
"""

import math

import torch
from torch import nn
from torch.nn import functional


class ManyLinear(nn.Module):
    """(M or 1, R, inputs) to (M, R, outputs)."""

    def __init__(self, models, inputs, outputs):
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(models, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(models, 1, outputs).uniform_(-bound, bound))

    def forward(self, x):
        return torch.baddbmm(self.bias, x.expand(len(self.weight), -1, -1), self.weight)


class ManyLSTM(nn.Module):
    """(M or 1, T * B, inputs), time-major, to the hidden states, T tensors (M, B, H); gates in PyTorch's order."""

    def __init__(self, models, inputs, units):
        super().__init__()
        bound = 1 / math.sqrt(units)
        self.units = units
        self.inputs = ManyLinear(models, inputs, 4 * units)
        self.recurrent = nn.Parameter(torch.empty(models, units, 4 * units).uniform_(-bound, bound))

    def forward(self, x, steps):
        projected = self.inputs(x).unflatten(1, (steps, -1)).unbind(1)
        h = c = torch.zeros_like(projected[0][..., : self.units])
        states = []
        for gates in projected:
            i, f, g, o = torch.baddbmm(gates, h, self.recurrent).chunk(4, dim=-1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            states.append(h)
        return states


class ManyMultiTaskLSTMs(nn.Module):
    """(B, T, 13), the same rows for every model, to logits (M, B, 4) and logarithms of bars (M, B)."""

    def __init__(self, models, features=13):
        super().__init__()
        self.first, self.second = ManyLSTM(models, features, 64), ManyLSTM(models, 64, 32)
        self.dropout = nn.Dropout(0.2)
        self.direction = nn.Sequential(ManyLinear(models, 32, 16), nn.ReLU(), nn.Dropout(0.2), ManyLinear(models, 16, 4))
        self.bars = nn.Sequential(
            ManyLinear(models, 32, 16), nn.ReLU(), nn.Dropout(0.2), ManyLinear(models, 16, 8), nn.ReLU(), ManyLinear(models, 8, 1), nn.ReLU())

    def forward(self, x):
        steps = x.shape[1]
        h = torch.cat(self.first(x.transpose(0, 1).reshape(1, -1, x.shape[2]), steps), dim=1)
        h = self.dropout(self.second(self.dropout(h), steps)[-1])
        return self.direction(h), self.bars(h).squeeze(-1)


def many_two_heads_loss(outputs, classes, weights, bars):
    """The sum of the models' losses, so that each gets the gradient it has alone."""
    models = len(outputs[0])
    direction = functional.cross_entropy(outputs[0].flatten(0, 1), classes.repeat(models), reduction="none") * weights.repeat(models)
    return models * (direction.mean() + 0.5 * functional.mse_loss(outputs[1], bars.expand(models, -1)))
