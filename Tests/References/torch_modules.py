"""The PyTorch modules whose checkpoints Apus reads and writes, by the names of their parameters: price-action transformer and sequence regressor."""
import math

import torch
from torch import nn


class Positions(nn.Module):
    def __init__(self, features, steps, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        angles = torch.arange(steps).unsqueeze(1) * torch.exp(torch.arange(0, features, 2) * (-math.log(10000.0) / features))
        table = torch.stack([torch.sin(angles), torch.cos(angles)], dim=2).flatten(1)
        self.register_buffer("pe", table.unsqueeze(1))  # (steps, 1, features)

    def forward(self, x):
        return self.dropout(x + self.pe[: x.shape[1], 0])


class PriceActionTransformer(nn.Module):
    """(N, T, F) to logits (N, 1); the published model applies a sigmoid to them, in or outside of the module."""

    def __init__(self, input_dim, d_model=128, nhead=4, num_layers=2, dim_feedforward=512, dropout=0.1, steps=5000):
        super().__init__()
        self.input_projection = nn.Linear(input_dim, d_model)
        self.pos_encoder = Positions(d_model, steps, dropout)
        layer = nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward, dropout, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, num_layers)
        self.fc_out = nn.Sequential(nn.Linear(d_model, d_model // 2), nn.ReLU(), nn.Dropout(dropout), nn.Linear(d_model // 2, 1))

    def forward(self, x):
        return self.fc_out(self.transformer_encoder(self.pos_encoder(self.input_projection(x))).mean(dim=1))


class SequenceRegressor(nn.Module):
    """(N, T, F) to (N, 1); the recurrent layers are called `lstm` or `gru`."""

    def __init__(self, kind, input_size, hidden_size=128, num_layers=2, dropout=0.2):
        super().__init__()
        self.kind = kind
        layer = {"lstm": nn.LSTM, "gru": nn.GRU}[kind]
        setattr(self, kind, layer(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout))
        self.fc1, self.relu, self.dropout = nn.Linear(hidden_size, hidden_size // 2), nn.ReLU(), nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden_size // 2, 1)

    def forward(self, x):
        x, _ = getattr(self, self.kind)(x)
        return self.fc2(self.dropout(self.relu(self.fc1(x[:, -1]))))
