"""Writes ApusTrainingTests/Fixtures/callbacks.json: what Keras's own EarlyStopping and ReduceLROnPlateau decide on sequences of val_loss.

Run: KERAS_BACKEND=jax python Tests/References/training_callbacks.py   (keras 3.15)
"""
import itertools
import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np

rng = np.random.default_rng(5)


class Model:
    """As much of a model as the callbacks look at; the weights are the number of the epoch."""

    def __init__(self, learning_rate):
        self.stop_training = False
        self.weights = -1
        self.optimizer = keras.optimizers.Adam(learning_rate)

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def run(callback, values, learning_rate):
    model = Model(learning_rate)
    callback.set_model(model)
    callback.on_train_begin()
    stopped, rates = None, []
    for epoch, value in enumerate(values):
        model.weights = epoch
        callback.on_epoch_end(epoch, {"val_loss": value})
        rates.append(float(np.float32(keras.ops.convert_to_numpy(model.optimizer.learning_rate))))
        if model.stop_training:
            stopped = epoch
            break
    callback.on_train_end()
    return stopped, rates, model.weights


falling = np.linspace(2, 0.2, 20)
sequences = {
    "falling": falling,
    "noisy": 1 / (1 + np.arange(40)) + rng.normal(size=40) * 0.05,
    "flat": np.full(20, 0.7),
    "rising": np.linspace(0.2, 2, 20),
    "plateau": np.concatenate([falling[:8], np.full(22, falling[7])]),
    "tiny steps": 1 - np.arange(30) * 5e-5,
    "walk": 1 + np.cumsum(rng.normal(size=60)) * 0.02,
}
stopping, plateau = [], []
for name, values in sequences.items():
    values = [float(v) for v in values]
    for patience, delta, start, restore in itertools.product((0, 3, 15), (0, 1e-3), (0, 4), (True, False)):
        callback = keras.callbacks.EarlyStopping(
            patience=patience, min_delta=delta, start_from_epoch=start, restore_best_weights=restore)
        stopped, _, final = run(callback, values, 1e-3)
        stopping.append(dict(
            sequence=name, patience=patience, min_delta=delta, start_from_epoch=start, restore=restore, stopped=stopped,
            best=None if callback.best is None else float(callback.best), best_epoch=callback.best_epoch, weights_of=final))
    for factor, patience, delta, cooldown, minimum in itertools.product((0.5, 0.1), (1, 5), (1e-4, 0), (0, 2), (0, 2e-4)):
        callback = keras.callbacks.ReduceLROnPlateau(
            factor=factor, patience=patience, min_delta=delta, cooldown=cooldown, min_lr=minimum)
        _, rates, _ = run(callback, values, 1e-3)
        steps = [[e, r] for e, r in enumerate(rates) if e == 0 or r != rates[e - 1]]
        plateau.append(dict(sequence=name, factor=factor, patience=patience, min_delta=delta, cooldown=cooldown, min_lr=minimum, changes=steps))
path = pathlib.Path(__file__).parents[1] / "ApusTrainingTests/Fixtures/callbacks.json"
path.write_text(json.dumps(dict(
    sequences={k: [float(v) for v in s] for k, s in sequences.items()}, early_stopping=stopping, reduce_on_plateau=plateau)) + "\n")
