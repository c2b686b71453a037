"""Writes ApusTrainingTests/Fixtures/run.json and run_weights.f32: a training run of the two-headed LSTM by Keras and by PyTorch.

The initial weights are Keras's own (in the order of the Swift declaration, little-endian float32); inputs and targets come from SplitMix64, which
the test has too. No dropout, no shuffling, class weights as sample weights, loss weights 1.0 and 0.5, Adam 1e-3, batches of 32, the last one ragged.
Keras runs `train_on_batch` step by step for the losses of each step, then `fit` from the same weights for the history and its names.
Run: KERAS_BACKEND=jax python Tests/References/training_run.py   (keras 3.15, torch 2.13)
"""
import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np
import torch

N, V, T, F, C, BATCH, EPOCHS = 330, 70, 30, 13, 4, 32, 3
CLASS_WEIGHTS = np.array([1.0, 1.5, 2.0, 2.4], np.float32)
MASK = (1 << 64) - 1


def splitmix(seed, count):
    state, out = seed, np.empty(count, np.uint64)
    for i in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        out[i] = z ^ (z >> 31)
    return out


numbers = splitmix(2024, (N + V) * (T * F + 2))
signed = ((numbers >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1).astype(np.float32)
rows = (N + V)
x = signed[: rows * T * F].reshape(rows, T, F)
labels = (numbers[rows * T * F : rows * (T * F + 1)] % np.uint64(C)).astype(int)
bars = (signed[rows * (T * F + 1) :] * 2 + 3).astype(np.float32).reshape(rows, 1)
direction = np.eye(C, dtype=np.float32)[labels]
weights = CLASS_WEIGHTS[labels]


def build():
    keras.utils.set_random_seed(1)
    L = keras.layers
    i = keras.Input((T, F))
    h = L.LSTM(64, return_sequences=True, name="lstm")(i)
    h = L.LSTM(32, name="lstm_1")(h)
    a = L.Dense(16, activation="relu", name="d16")(h)
    a = L.Dense(C, activation="softmax", name="direction")(a)
    b = L.Dense(16, activation="relu", name="b16")(h)
    b = L.Dense(8, activation="relu", name="b8")(b)
    b = L.Dense(1, activation="relu", name="bars")(b)
    model = keras.Model(i, [a, b])
    # A bias that keeps the regression's ReLU alive, so that its gradients are compared too.
    model.get_layer("bars").bias.assign(np.array([1.0], np.float32))
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3), loss=["categorical_crossentropy", "mse"], loss_weights=[1.0, 0.5],
        metrics=[["accuracy"], ["mae"]])
    return model


ORDER = ["lstm", "lstm_1", "d16", "direction", "b16", "b8", "bars"]


def flat(model):
    return np.concatenate([np.ravel(w) for name in ORDER for w in model.get_layer(name).get_weights()]).astype("<f4")


model = build()
initial = flat(model)
start = model.get_weights()
batches = [(s, min(s + BATCH, N)) for s in range(0, N, BATCH)]
steps = []
for _ in range(2):
    for s, e in batches:
        logs = model.train_on_batch(
            x[s:e], [direction[s:e], bars[s:e]], sample_weight=[weights[s:e], np.ones(e - s, np.float32)], return_dict=True)
        model.reset_metrics()
        steps.append([float(logs[k]) for k in ("loss", "direction_loss", "bars_loss")])
final = flat(model)

model = build()
model.set_weights(start)
history = model.fit(
    x[:N], [direction[:N], bars[:N]], sample_weight=[weights[:N], np.ones(N, np.float32)], batch_size=BATCH, epochs=EPOCHS, shuffle=False,
    validation_data=(x[N:], [direction[N:], bars[N:]]), verbose=0).history


class Torch(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.lstm_1 = torch.nn.LSTM(F, 64, batch_first=True), torch.nn.LSTM(64, 32, batch_first=True)
        self.d16, self.direction = torch.nn.Linear(32, 16), torch.nn.Linear(16, C)
        self.b16, self.b8, self.bars = torch.nn.Linear(32, 16), torch.nn.Linear(16, 8), torch.nn.Linear(8, 1)
        model.set_weights(start)
        for name in ORDER:
            w = [torch.tensor(np.array(v)) for v in model.get_layer(name).get_weights()]
            layer = getattr(self, name)
            with torch.no_grad():
                if name.startswith("lstm"):
                    layer.weight_ih_l0.copy_(w[0].T), layer.weight_hh_l0.copy_(w[1].T), layer.bias_ih_l0.copy_(w[2])
                    layer.bias_hh_l0.zero_()
                    layer.bias_hh_l0.requires_grad_(False)  # Keras has one bias; two would learn twice as fast
                else:
                    layer.weight.copy_(w[0].T), layer.bias.copy_(w[1])

    def forward(self, v):
        h, _ = self.lstm(v)
        h = self.lstm_1(h)[0][:, -1]
        relu = torch.relu
        return self.direction(relu(self.d16(h))), relu(self.bars(relu(self.b8(relu(self.b16(h))))))


peer = Torch()
adam = torch.optim.Adam([p for p in peer.parameters() if p.requires_grad], lr=1e-3)
peer_steps = []
tx, td, tb, tw = (torch.tensor(v) for v in (x, labels, bars, weights))
for epoch in range(2):
    for index, (s, e) in enumerate(batches):
        t = epoch * len(batches) + index + 1
        for group in adam.param_groups:
            group["eps"] = 1e-7 / np.sqrt(1 - 0.999**t)
        logits, y = peer(tx[s:e])
        a = (torch.nn.functional.cross_entropy(logits, td[s:e], reduction="none") * tw[s:e]).mean()
        b = ((y - tb[s:e]) ** 2).mean()
        loss = a + 0.5 * b
        adam.zero_grad()
        loss.backward()
        adam.step()
        peer_steps.append([loss.item(), a.item(), b.item()])

fixtures = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures"
initial.tofile(fixtures / "run_weights.f32")
names = {"direction_loss": "direction_loss", "bars_loss": "bars_loss", "loss": "loss"}
fixture = dict(
    rows=N, validation_rows=V, steps=T, features=F, classes=C, batch=BATCH, epochs=EPOCHS, class_weights=CLASS_WEIGHTS.tolist(), seed=2024,
    columns=["loss", "direction_loss", "bars_loss"], keras=steps, torch=peer_steps, history=history,
    distance=float(np.linalg.norm(final.astype(np.float64) - initial)), final_sample=final[::499].astype(float).tolist())
(fixtures / "run.json").write_text(json.dumps(fixture, indent=0) + "\n")
print(max(abs(np.array(steps) - np.array(peer_steps)).ravel()), history.keys())
