"""Writes Tests/ApusModelFilesTests/Fixtures: models saved by Keras 3.15.1 with inputs and outputs, and the layer orders of random graphs.

    KERAS_BACKEND=jax python Tests/References/files_keras.py

needs keras==3.15.1, jax, h5py, numpy. For a model NAME there are NAME.h5, NAME.x.npy and NAME.y0.npy, NAME.y1.npy, ...; keras_2.h5 and
rewritten.h5 hold the model of two_heads.h5 in other words.
"""

import json
import os
import pathlib
import random

os.environ.setdefault("KERAS_BACKEND", "jax")

import h5py
import keras
import numpy as np
from keras import layers as L

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "ApusModelFilesTests" / "Fixtures"
FOLDER.mkdir(parents=True, exist_ok=True)
keras.utils.set_random_seed(7)


def randomise(model, seed):
    """Biases begin as zeros, which would hide an exchanged one."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.5, w.shape).astype("f4") for w in model.get_weights()])


def save_data(name, model, x):
    outputs = model.predict(x, verbose=0)
    np.save(FOLDER / f"{name}.x.npy", x)
    for i, y in enumerate(outputs if isinstance(outputs, list) else [outputs]):
        np.save(FOLDER / f"{name}.y{i}.npy", y.astype("f4"))


def save(name, model, shape, seed):
    model.save(FOLDER / f"{name}.h5")
    x = np.random.default_rng(seed).normal(0, 1, (5, *shape)).astype("f4")
    save_data(name, model, x)
    return x


def two_heads():
    """The two-headed LSTM, narrower, compiled and trained for a step, saved as model.save does: with its optimiser."""
    i = keras.Input((6, 5))
    x = L.LSTM(16, return_sequences=True)(i)
    x = L.Dropout(0.2)(x)
    x = L.LSTM(8)(x)
    x = L.Dropout(0.2)(x)
    a = L.Dense(8, activation="relu")(x)
    a = L.Dropout(0.2)(a)
    a = L.Dense(4, activation="softmax", name="classification_output")(a)
    b = L.Dense(8, activation="relu")(x)
    b = L.Dropout(0.2)(b)
    b = L.Dense(8, activation="relu")(b)
    b = L.Dense(1, activation="relu", name="regression_output")(b)
    model = keras.Model(i, [a, b])
    randomise(model, 1)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss={"classification_output": "categorical_crossentropy", "regression_output": "mse"},
        loss_weights={"classification_output": 1.0, "regression_output": 0.5},
        metrics={"classification_output": ["accuracy"], "regression_output": ["mae"]},
    )
    rng = np.random.default_rng(2)
    model.fit(rng.normal(size=(8, 6, 5)).astype("f4"), [np.eye(4)[rng.integers(0, 4, 8)], rng.random((8, 1))], verbose=0)
    return model


def equal_heads():
    """Three heads of equal layers at different depths; outputs neither in the order of depth nor of creation."""
    i = keras.Input((4, 3))
    x = L.LSTM(4)(i)
    deep = L.Dense(4, activation="tanh", name="zeta")(L.Dense(4, activation="relu", name="alpha")(L.Dense(4, name="omega")(x)))
    flat = L.Dense(4, activation="sigmoid", name="beta")(x)
    middle = L.Dense(4, activation="softmax", name="aardvark")(L.Dropout(0.5)(L.Dense(4, activation="relu", name="kappa")(x)))
    model = keras.Model(i, [flat, deep, middle])
    randomise(model, 3)
    return model


def sequential():
    model = keras.Sequential([keras.Input((7, 2)), L.LSTM(6, return_sequences=True), L.LSTM(5), L.Dense(3), L.Dense(1, activation="sigmoid")])
    randomise(model, 4)
    return model


def check(name):
    """That Keras takes a file made here, and gives the outputs of two_heads.h5."""
    outputs = keras.models.load_model(FOLDER / f"{name}.h5", compile=False).predict(np.load(FOLDER / "two_heads.x.npy"), verbose=0)
    assert all(np.allclose(y, np.load(FOLDER / f"two_heads.y{i}.npy"), atol=1e-6) for i, y in enumerate(outputs))


def as_keras_2(name, source):
    """The same model with the configuration that Keras 2 wrote."""
    path = FOLDER / f"{name}.h5"
    path.write_bytes((FOLDER / f"{source}.h5").read_bytes())
    with h5py.File(path, "r+") as f:
        config = json.loads(f.attrs["model_config"])
        for layer in config["config"]["layers"]:
            layer["config"]["dtype"] = "float32"
            for node in layer["inbound_nodes"]:
                history = node["args"][0]["config"]["keras_history"]
                layer["inbound_nodes"] = [[history + [{}]]]
            if layer["class_name"] == "InputLayer":
                layer["config"]["batch_input_shape"] = layer["config"].pop("batch_shape")
                layer["config"].pop("optional", None)
            if layer["class_name"] == "LSTM":
                layer["config"].update(implementation=2)
                layer["config"].pop("zero_output_for_mask")
            if layer["class_name"] == "Dense":
                layer["config"].pop("quantization_config")
                layer["config"]["activity_regularizer"] = None
        f.attrs["model_config"] = json.dumps(config)
        f.attrs["keras_version"] = "2.11.0"
        del f["optimizer_weights"]
        del f.attrs["training_config"]
    check(name)
    with h5py.File(path, "r+") as f:  # Keras 2 wrote this one, and Keras 3 does not take it.
        f.attrs["model_config"] = f.attrs["model_config"].replace('"implementation": 2', '"implementation": 2, "time_major": false')


def rewritten(name, source):
    """The same model as other tools may store it: newest file format, compressed datasets, names of fixed length."""
    with h5py.File(FOLDER / f"{source}.h5") as old, h5py.File(FOLDER / f"{name}.h5", "w", libver=("v108", "v110")) as new:

        def copy_attributes(a, b):
            for key, value in a.attrs.items():
                if isinstance(value, np.ndarray) and value.dtype == object:
                    value = np.array([v.encode() for v in value], dtype="S")
                b.attrs[key] = value

        def visit(path, thing):
            if isinstance(thing, h5py.Dataset):
                new.create_dataset(path, data=thing[()], **({"compression": "gzip", "chunks": True} if thing.shape else {}))
            else:
                copy_attributes(thing, new.require_group(path))

        copy_attributes(old, new)
        old.visititems(visit)
    check(name)


def layer_orders(count):
    """Random trees of layers and the order in which Keras holds their layers after reading them from a configuration."""
    rng = random.Random(5)
    graphs = []
    for _ in range(count):
        tensors, layers = {"input": keras.Input((3,), name="input")}, [["input", None]]
        for k in range(rng.randint(1, 14)):
            inbound = rng.choice(list(tensors)) if rng.random() < 0.4 else list(tensors)[-1]
            name = f"{rng.choice('abcxyz')}{k}"
            tensors[name] = L.Dense(3, name=name)(tensors[inbound])
            layers.append([name, inbound])
        leaves = [n for n in tensors if all(inbound != n for _, inbound in layers)]
        inner = [n for n in tensors if n not in leaves and n != "input"]
        outputs = leaves + rng.sample(inner, min(len(inner), rng.choice([0, 0, 1])))
        rng.shuffle(outputs)
        model = keras.Model(tensors["input"], [tensors[n] for n in outputs])
        saved = [l.name for l in model.layers]
        loaded = [l.name for l in keras.Model.from_config(model.get_config()).layers]
        assert saved == loaded
        rng.shuffle(layers)
        graphs.append({"layers": layers, "outputs": outputs, "order": saved})
    (FOLDER / "layer_orders.json").write_text(json.dumps(graphs, separators=(",", ":")) + "\n")


save("two_heads", two_heads(), (6, 5), 11)
save("equal_heads", equal_heads(), (4, 3), 12)
save("sequential", sequential(), (7, 2), 13)
as_keras_2("keras_2", "two_heads")
rewritten("rewritten", "two_heads")
layer_orders(40)

gru = keras.Sequential([keras.Input((4, 2)), L.GRU(3)])
gru.save(FOLDER / "gru.h5")
keras.Sequential([keras.Input((4, 2)), L.LSTM(3)]).save_weights(FOLDER / "only.weights.h5")
