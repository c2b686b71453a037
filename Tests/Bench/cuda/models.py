"""The workloads of the race in PyTorch: layers, losses, optimisers and made-up examples as those of Apus's recipes of the same names.

T steps, F features. A batch has B rows. `MultiTaskLSTM` is here, the other two modules are those whose checkpoints Apus reads and writes.
"""

import dataclasses
import typing

import torch
from torch import nn
from torch.nn import functional
from torch_modules import PriceActionTransformer, SequenceRegressor

CLASS_WEIGHTS = [1.0, 1.5, 2.0, 2.4]


class MultiTaskLSTM(nn.Module):
    """(B, T, 13) to the logits (B, 4) of the direction and to the logarithm (B) of the bars until the next swing point."""

    def __init__(self, features=13):
        super().__init__()
        self.first, self.second = nn.LSTM(features, 64, batch_first=True), nn.LSTM(64, 32, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.direction = nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 4))
        self.bars = nn.Sequential(
            nn.Linear(32, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1), nn.ReLU())

    def forward(self, x):
        h = self.dropout(self.first(x)[0])
        h = self.dropout(self.second(h)[0][:, -1])
        return self.direction(h), self.bars(h).squeeze(-1)


def two_heads_loss(outputs, classes, weights, bars):
    """Weighted as the recipe's heads; every row counts by the weight of its class."""
    direction = functional.cross_entropy(outputs[0], classes, reduction="none")
    return (direction * weights).mean() + 0.5 * functional.mse_loss(outputs[1], bars)


def number_loss(outputs, numbers):
    return functional.mse_loss(outputs.squeeze(-1), numbers)


def signal_loss(outputs, signals):
    return functional.binary_cross_entropy_with_logits(outputs.squeeze(-1), signals)


def two_heads_targets(count, generator):
    classes = torch.randint(4, (count,), generator=generator)
    return classes, torch.tensor(CLASS_WEIGHTS)[classes], 5 + torch.randn(count, generator=generator)


def number_targets(count, generator):
    return (5 + torch.randn(count, generator=generator),)


def signal_targets(count, generator):
    return ((torch.rand(count, generator=generator) < 0.3).float(),)


def adam(parameters, **how):
    return torch.optim.Adam(parameters, lr=1e-3, **how)


def adamw(parameters, **how):
    return torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.01, **how)


@dataclasses.dataclass(frozen=True)
class Workload:
    steps: int
    features: int
    build: typing.Callable
    loss: typing.Callable
    targets: typing.Callable
    optimizer: typing.Callable

    def examples(self, count, device, seed=0):
        """Normal inputs (count, T, F), and a tuple of targets with `count` rows each."""
        generator = torch.Generator().manual_seed(seed)
        inputs = torch.randn(count, self.steps, self.features, generator=generator)
        return inputs.to(device), tuple(target.to(device) for target in self.targets(count, generator))


# By the names of the recipes, which `ApusBench cuda train --workload` takes too.
WORKLOADS = {
    "multi-task-lstm": Workload(30, 13, MultiTaskLSTM, two_heads_loss, two_heads_targets, adam),
    "sequence-regressor": Workload(24, 80, lambda: SequenceRegressor("lstm", 80), number_loss, number_targets, adam),
    "sequence-regressor-gru": Workload(24, 80, lambda: SequenceRegressor("gru", 80), number_loss, number_targets, adam),
    "price-action-transformer": Workload(64, 14, lambda: PriceActionTransformer(14, steps=64), signal_loss, signal_targets, adamw),
}


def parameter_count(module):
    """Numbers that are trained, as Apus counts them: PyTorch's LSTM has two biases, of which only the sum matters."""
    doubled = sum(p.numel() for layer in module.modules() if isinstance(layer, nn.LSTM) for n, p in layer.named_parameters() if "bias_hh" in n)
    return sum(p.numel() for p in module.parameters()) - doubled
