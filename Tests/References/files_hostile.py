"""Writes hostile_*.h5 into Tests/ApusModelFilesTests/Fixtures: valid HDF5 files that would harm a reader which follows them.

    python Tests/References/files_hostile.py

needs h5py, numpy. Each has the attributes of a Keras model of one Dense layer; what is hostile is where its kernel lies.
"""

import json
import pathlib

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "ApusModelFilesTests" / "Fixtures"

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "hostile",
        "layers": [
            {"class_name": "InputLayer", "config": {"name": "input", "batch_shape": [None, 2]}},
            {"class_name": "Dense", "config": {"name": "dense", "units": 3}},
        ],
    },
}


def write(name, put_kernel):
    with h5py.File(FOLDER / f"hostile_{name}.h5", "w") as f:
        f.attrs["model_config"] = json.dumps(CONFIG)
        weights = f.create_group("model_weights")
        weights.attrs["layer_names"] = np.array([b"dense"])
        layer = weights.create_group("dense")
        layer.attrs["weight_names"] = np.array([b"dense/kernel", b"dense/bias"])
        inner = layer.create_group("dense")
        inner["bias"] = np.zeros(3, "f4")
        put_kernel(inner)


def harmless(g):
    g["kernel"] = np.arange(6, dtype="f4").reshape(2, 3)


def external_storage(g):
    """The values are the first bytes of another file."""
    g.create_dataset("kernel", (2, 3), "f4", external=[("/etc/passwd", 0, 24)])


def external_link(g):
    g["kernel"] = h5py.ExternalLink("two_heads.h5", "/model_weights/dense/dense/kernel")


def soft_link(g):
    g["kernel"] = h5py.SoftLink("/model_weights/dense/dense/bias")


def virtual(g):
    layout = h5py.VirtualLayout((2, 3), "f4")
    layout[:] = h5py.VirtualSource("two_heads.h5", "model_weights/dense/dense/kernel", (2, 3))
    g.create_virtual_dataset("kernel", layout)


def unwritten(g):
    """4 TB of zeros that take no room in the file."""
    g.create_dataset("kernel", (1_000_000, 1_000_000), "f4")


def cycle(g):
    """A group that contains itself."""
    harmless(g)
    g["again"] = g


for put in (harmless, external_storage, external_link, soft_link, virtual, unwritten, cycle):
    write(put.__name__, put)
