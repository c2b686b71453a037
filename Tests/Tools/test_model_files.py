"""Model files that our tests wrote, opened by the libraries they are made for.

`APUS_ARTIFACTS=DIR swift test --filter ModelFileArtifacts` writes, for each model NAME, DIR/models/NAME.h5, NAME.x.npy (inputs),
NAME.y0.npy, NAME.y1.npy, ... (our outputs) and NAME.layers.txt (our order of layers).
"""

import os
import pathlib

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")

MODELS = pathlib.Path(os.environ.get("APUS_ARTIFACTS", ".build/artifacts")) / "models"
NAMES = ["two_heads", "equal_heads", "open_steps", "engine"]


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def data(name):
    """The inputs, and our output of each head."""
    assert (MODELS / f"{name}.x.npy").exists(), f"no {name}.x.npy in {MODELS}: run APUS_ARTIFACTS=DIR swift test --filter ModelFileArtifacts"
    outputs = [np.load(path) for path in sorted(MODELS.glob(f"{name}.y*.npy"))]
    assert outputs
    return np.load(MODELS / f"{name}.x.npy"), outputs


def predictions(model, x):
    y = model.predict(x, verbose=0)
    return y if isinstance(y, list) else [y]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_keras_gives_our_outputs(keras, name, compiled):
    x, expected = data(name)
    model = keras.models.load_model(MODELS / f"{name}.h5", compile=compiled)
    got = predictions(model, x)
    assert len(got) == len(expected)
    for ours, theirs in zip(expected, got):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 1e-5
        assert np.ptp(ours) > 1e-3, "outputs that do not vary prove nothing"


@pytest.mark.parametrize("name", NAMES)
def test_our_order_of_layers_is_that_of_keras(keras, name):
    model = keras.models.load_model(MODELS / f"{name}.h5", compile=False)
    assert [layer.name for layer in model.layers] == (MODELS / f"{name}.layers.txt").read_text().split()


def test_the_model_comes_compiled_and_trains_on(keras):
    model = keras.models.load_model(MODELS / "two_heads.h5")
    assert model.compiled and model.count_params() == 33_653
    assert type(model.optimizer).__name__ == "Adam"
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3) and model.optimizer.epsilon == 1e-7
    x, outputs = data("two_heads")
    targets = [np.eye(4, dtype="f4")[[0, 1, 2, 3, 0, 1, 2, 3, 0]], np.linspace(1, 3, 9, dtype="f4")[:, None]]
    first = model.evaluate(x, targets, verbose=0)[0]
    cross_entropy = -np.log((outputs[0] * targets[0]).sum(axis=1)).mean()
    squared_error = ((outputs[1] - targets[1]) ** 2).mean()
    assert first == pytest.approx(cross_entropy + 0.5 * squared_error, rel=1e-4), "loss weights 1.0 and 0.5"
    history = model.fit(x, targets, epochs=20, verbose=0)
    assert history.history["loss"][-1] < first


def test_keras_saves_it_again(keras, tmp_path):
    x, expected = data("equal_heads")
    keras.models.load_model(MODELS / "equal_heads.h5", compile=False).save(tmp_path / "again.keras")
    for ours, theirs in zip(expected, predictions(keras.models.load_model(tmp_path / "again.keras"), x)):
        assert np.abs(ours - theirs).max() < 1e-5


def test_safetensors_reads_what_we_write():
    from safetensors import safe_open
    from safetensors.numpy import load_file

    path = MODELS / "sample.safetensors"
    arrays = load_file(path)
    assert set(arrays) == {"a", "empty", "scalar"}
    np.testing.assert_array_equal(arrays["a"], np.array([[1, -2, 3.5], [0, np.inf, 1e-30]], "f4"))
    assert arrays["empty"].shape == (0, 4) and arrays["scalar"].shape == () and arrays["scalar"] == 7
    with safe_open(path, "np") as file:
        assert file.metadata() == {"format": "test", "note": "ü"}


def test_the_same_weights_are_in_safetensors_and_h5(keras):
    from safetensors.numpy import load_file

    arrays = load_file(MODELS / "engine.safetensors")
    model = keras.models.load_model(MODELS / "engine.h5", compile=False)
    assert sum(a.size for a in arrays.values()) == 33_653 == model.count_params()
    for layer in model.layers:
        for weight in layer.weights:
            np.testing.assert_array_equal(arrays[f"{layer.name}/{weight.name}"], np.asarray(weight))
