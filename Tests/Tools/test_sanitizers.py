"""The engine under the thread and address sanitizers: every workload, every instruction set, ragged batches and odd shapes, a whole fit."""

import os
import subprocess

import numpy
import pytest

SANITIZERS = {"thread": ("APUS_BENCH_THREAD", "TSAN_OPTIONS", "ThreadSanitizer"), "address": ("APUS_BENCH_ADDRESS", "ASAN_OPTIONS", "AddressSanitizer")}
KERNELS = ["avx512", "avx2", "portable"]
RUNS = {
    "two-headed LSTM": "train --workload w0 --threads 3 --steps 3 --batch 70",
    "GRU": "train --workload w1gru --threads 3 --steps 2 --batch 37",
    "transformer": "train --workload w3 --threads 3 --steps 1 --batch 33",
    "prediction": "infer --batch 50 --threads 3",
    "odd LSTM": "shape --layer lstm --layers 2 --units 13 --sequence 5 --features 3 --batch 19 --rows 30 --threads 3",
    "odd GRU": "shape --layer gru --layers 3 --units 51 --sequence 1 --features 17 --batch 5 --rows 9 --threads 2",
    "odd transformer": "shape --layer transformer --layers 1 --units 20 --sequence 7 --features 1 --batch 18 --rows 20 --threads 2",
}


def run(sanitizer, arguments, kernels=None, **options):
    binary, variable, name = SANITIZERS[sanitizer]
    environment = dict(os.environ, **{variable: "exitcode=66:verbosity=1"}, **options)
    if kernels:
        environment["APUS_KERNELS"] = kernels
    done = subprocess.run([os.environ[binary], *arguments], capture_output=True, text=True, env=environment)
    assert name in done.stderr, "the sanitizer is not at work"
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("sanitizer", SANITIZERS)
@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", RUNS)
def test_a_clean_run(sanitizer, kernels, name):
    line = run(sanitizer, [*RUNS[name].split(), "--epochs", "1"], kernels)
    # A processor without the instruction set runs its best one, which is checked as well.
    assert '"variant": "' in line


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_a_clean_fit(sanitizer, tmp_path):
    random = numpy.random.default_rng(1)
    numpy.save(tmp_path / "X_sequences.npy", random.normal(size=(300, 30, 13)).astype("float32"))
    numpy.save(tmp_path / "y_class.npy", random.integers(0, 4, 300))
    numpy.save(tmp_path / "y_reg.npy", random.uniform(1, 100, 300).astype("float32"))
    assert "val_accuracy" in run(sanitizer, ["learn", "--data", str(tmp_path), "--seeds", "2", "--epochs", "2", "--threads", "3"])
