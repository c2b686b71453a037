"""Writes Tests/ApusModelFilesTests/Fixtures/*.keras: models saved by Keras 3.15.1 in its zip format, with inputs and outputs.

    KERAS_BACKEND=jax python Tests/References/files_keras_archive.py

needs keras==3.15.1, jax, numpy.
"""
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import layers as L

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "ApusModelFilesTests" / "Fixtures"
keras.utils.set_random_seed(8)


def save(name, model):
    rng = np.random.default_rng(9)
    model.set_weights([rng.normal(0, 0.5, w.shape).astype("f4") for w in model.get_weights()])
    model.save(FOLDER / f"{name}.keras")
    x = rng.normal(0, 1, (5, *model.input_shape[1:])).astype("f4")
    np.save(FOLDER / f"{name}_keras.x.npy", x)
    outputs = model.predict(x, verbose=0)
    for i, y in enumerate(outputs if isinstance(outputs, list) else [outputs]):
        np.save(FOLDER / f"{name}_keras.y{i}.npy", y.astype("f4"))


i = keras.Input((6, 5))
x = L.GRU(4, return_sequences=True)(i)
x = L.LSTM(3, return_sequences=True)(x)
x = L.LSTM(4)(x)
a = L.Dense(3, activation="softmax", name="zebra")(L.Dropout(0.1)(x))
b = L.Dense(1, name="antelope")(L.Dense(3, activation="tanh")(x))
recurrent = keras.Model(i, [a, b])
recurrent.compile("adam", {"zebra": "categorical_crossentropy", "antelope": "mse"}, loss_weights={"zebra": 1.0, "antelope": 0.25})
recurrent.fit(np.zeros((2, 6, 5)), [np.eye(3)[:2], np.zeros((2, 1))], verbose=0)
save("recurrent", recurrent)
save("dense", keras.Sequential([keras.Input((5,)), L.Dense(4, activation="relu"), L.Dense(2)]))
keras.Sequential([keras.Input((4, 2)), L.Conv1D(2, 2, name="conv1d"), L.Flatten(), L.Dense(1)]).save(FOLDER / "convolution.keras")
