"""Makes Tests/ApusDataTests/Fixtures/npy: arrays as NumPy writes them, and expected.json with their values in row-major order.

Run: python Tests/References/data_npy.py        (numpy 2.4)
"""
import io
import json
import pathlib
import zipfile

import numpy as np

folder = pathlib.Path(__file__).parents[1] / "ApusDataTests/Fixtures/npy"
folder.mkdir(parents=True, exist_ok=True)
expected = {}


def save(name, array, version=None):
    with open(folder / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    values = [float(v) for v in np.ascontiguousarray(array).ravel()]
    expected[name] = {"shape": list(array.shape), "values": values}


base = np.array([[0, 1, 2], [3, 100, 127]])
for kind in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split():
    for order in "<>":
        if order == ">" and kind.endswith("1"):
            continue
        values = base - (3 if kind[0] in "if" else 0)
        if kind[0] == "f":
            values = values + 0.5
        if kind == "f2":
            values = values * 2.0**-24  # subnormal halves
            values[1, 2] = 65504
        if kind == "u8":
            values = values.astype("u8")
            values[1, 2] = 2**53
        save(("big_" if order == ">" else "little_") + kind, values.astype(order + kind))
save("fortran_3d", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)))
save("fortran_row", np.asfortranarray(np.arange(4, dtype="<i4").reshape(1, 4)))
save("scalar", np.array(2.5))
save("empty", np.zeros((0, 30, 13), "<f4"))
save("empty_middle", np.zeros((3, 0), "<i8"))
save("version_2", np.arange(5, dtype="<i4"), version=(2, 0))
save("version_3", np.arange(5, dtype="<i4"), version=(3, 0))
save("vector", np.arange(1000, dtype="<f4"))
np.save(folder / "refused_objects.npy", np.array(["a", None], dtype=object), allow_pickle=True)
np.save(folder / "refused_records.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))
np.save(folder / "refused_text.npy", np.array(["ab", "c"]))
np.save(folder / "refused_complex.npy", np.zeros(2, dtype="c8"))
np.savez(folder / "two.npz", X=np.arange(6, dtype="<f4").reshape(2, 3), y=np.array([1, -1], "<i4"))
np.savez_compressed(folder / "compressed.npz", X=np.arange(6, dtype="<f4").reshape(2, 3), y=np.array([1, -1], "<i4"))
with zipfile.ZipFile(folder / "other.zip", "w") as archive:
    archive.writestr(zipfile.ZipInfo("a.txt", (1980, 1, 1, 0, 0, 0)), "text")
(folder / "expected.json").write_text(json.dumps(expected))
