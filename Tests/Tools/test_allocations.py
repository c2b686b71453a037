"""The steady state of training allocates nothing: counted by a library that is loaded before glibc."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).with_name("count_allocations.c")


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    """The counting library, made by the compiler that comes with Swift."""
    compiler = pathlib.Path(shutil.which("swift")).resolve().with_name("clang")
    library = tmp_path_factory.mktemp("counter") / "counter.so"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", SOURCE, "-o", library], check=True)
    return library


def allocations(counter, *arguments):
    """(allocations of the whole process, training steps it did)."""
    command = [os.environ["APUS_BENCH"], *arguments, "--epochs", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ, LD_PRELOAD=str(counter)))
    line = json.loads(done.stdout)
    return int(done.stderr.split("allocations: ")[1]), line["steps_per_epoch"] * len(line["loss_curve"])


@pytest.mark.parametrize("workload", ["w0", "w1lstm", "w1gru", "w3"])
def test_a_training_step_allocates_nothing(counter, workload):
    few, first = allocations(counter, "train", "--workload", workload, "--batch", "8", "--steps", "4")
    many, second = allocations(counter, "train", "--workload", workload, "--batch", "8", "--steps", "500")
    assert second - first > 900
    # What differs besides the steps is the number of epochs, and so the readings of the clock: far fewer than the steps.
    assert many - few < (second - first) * 0.75, f"{few} allocations in {first} steps, {many} in {second}"


def test_the_counter_counts(counter):
    """A process with more layers allocates more: the counter is really in place."""
    small, _ = allocations(counter, "shape", "--layers", "1", "--units", "4", "--rows", "64")
    large, _ = allocations(counter, "shape", "--layers", "40", "--units", "4", "--rows", "64")
    assert large > small + 40
