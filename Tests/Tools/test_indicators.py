"""The indicators' fixtures are what TA-Lib and NumPy compute today, and TA-Lib's library is one that Apus can load."""

import glob
import importlib.util
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

from conftest import REPOSITORY

FIXTURES = REPOSITORY / "Tests" / "ApusIndicatorsTests" / "Fixtures"


@pytest.fixture(scope="module")
def reference():
    specification = importlib.util.spec_from_file_location("indicators", REPOSITORY / "Tests" / "References" / "indicators.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def simulated(apus, reference, tmp_path_factory):
    """The candles of the fixtures, as the command line makes them."""
    path = tmp_path_factory.mktemp("candles") / "candles.csv"
    command = [apus, "simulate", "--seed", "7", "--timeframe", "1h", "--bars", "320", "--out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return reference.read(path)


@pytest.mark.parametrize("name", ["simulated", "awkward"])
def test_fixtures_are_what_the_references_compute(name, reference, simulated):
    times, candles = simulated
    if name == "awkward":
        candles = reference.awkward(candles)
    assert np.array_equal(candles, np.load(FIXTURES / f"{name}_candles.npy"))
    assert np.array_equal(times, np.load(FIXTURES / "times.npy"))
    description, values = reference.fixture(times, candles, name == "awkward")
    assert description == json.loads((FIXTURES / "columns.json").read_text())
    # Compilers may fuse multiplications and additions.
    size = np.nanmean(np.abs(values), axis=0)
    np.testing.assert_allclose(values / size, np.load(FIXTURES / f"{name}_columns.npy") / size, rtol=0, atol=1e-10)


def test_the_library_of_the_wheel_computes_for_apus():
    talib = pytest.importorskip("talib")
    benchmark = os.environ.get("APUS_BENCH")
    if not benchmark:
        pytest.skip("set APUS_BENCH to the ApusBench binary, or use ./Tests/run tools")
    libraries = glob.glob(str(pathlib.Path(talib.__file__).parents[1] / "ta_lib.libs" / "libta-lib-*"))
    assert libraries, "the wheel has no library of its own"
    lines = []
    for library in ["built-in", "ta-lib"]:
        command = [benchmark, "indicators", "--candles", "1000", "--runs", "1", "--library", library]
        done = subprocess.run(command, env=dict(os.environ, APUS_TALIB=libraries[0]), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        lines.append(json.loads(done.stdout))
    assert lines[0]["library"] == "built-in" and lines[0]["columns"] == 80
    assert lines[1]["library"] == "TA-Lib " + talib.__ta_version__.decode().split()[0]
