"""Writes Tests/ApusModelFilesTests/Fixtures/python.safetensors: arrays that the Python library of safetensors saved.

    python Tests/References/files_safetensors.py

needs safetensors, numpy. The values are those that SafetensorsTests expects.
"""

import pathlib

import numpy as np
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "ApusModelFilesTests" / "Fixtures"
arrays = {
    "lstm/kernel": np.arange(12, dtype="f4").reshape(3, 4) / 8,
    "half": np.array([1, -0.5, 65504], "f2"),
    "double": np.array([[1e-3], [-7]], "f8"),
    "scalar": np.array(2.5, "f4"),
    "empty": np.zeros((2, 0), "f4"),
}
save_file(arrays, FOLDER / "python.safetensors", metadata={"note": "written by Python"})
