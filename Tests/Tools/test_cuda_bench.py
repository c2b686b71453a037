"""`ApusBench cuda` on the mock driver of the tests, whose kernels compute what those of a GPU do. Its times are not those of a GPU."""

import json
import os
import subprocess

import pytest


@pytest.fixture
def bench(fake_cuda):
    """Runs a command: a function of its arguments, the driver and the mock driver's settings."""

    def bench(*arguments, driver=fake_cuda, settings=""):
        environment = dict(os.environ, APUS_CUDA_DRIVER=driver, APUS_FAKE_CUDA=settings)
        return subprocess.run([os.environ["APUS_BENCH"], "cuda", *arguments], capture_output=True, text=True, env=environment)

    return bench


def lines(done):
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


CHECKS = [
    "LSTM(17)", "GRU(17)", "gelu", "LayerNorm", "MultiHeadAttention(heads: 2", "Head(", "step: multi-task-lstm", "evaluation: multi-task-lstm",
    "LSTM and GRU with two heads",
]


@pytest.mark.parametrize("text", CHECKS)
def test_checks_pass(bench, text):
    checks = lines(bench("check", "--batch", "5", "--only", text))
    assert checks
    for check in checks:
        assert check["what"] == "check" and text in check["name"] and check["passed"] is True and check["mock"] is True
        assert check["errors"].keys() == check["tolerances"].keys()
        assert all(0 <= check["errors"][name] <= check["tolerances"][name] for name in check["errors"])
    assert len({check["name"] for check in checks}) == len(checks)


def test_checks_can_fail(bench):
    """A device that stops in the second check ends the checks."""
    done = bench("check", "--batch", "3", "--only", "LSTM(1", settings="fail=cuStreamSynchronize:700@20")
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found[-1]["passed"] is False and "cuStreamSynchronize failed with error 700" in found[-1]["error"]
    assert all(check["passed"] for check in found[:-1])
    assert "the GPU stopped in the middle of the work" in done.stderr


@pytest.mark.parametrize("command", ["device", "check", "train", "epoch", "kernels"])
def test_without_a_driver_a_sentence_says_so(bench, command):
    done = bench(command, driver="/no/such/libcuda.so.1")
    assert done.returncode == 1 and done.stdout == ""
    assert "the CUDA driver '/no/such/libcuda.so.1' cannot be loaded" in done.stderr and len(done.stderr.splitlines()) == 1


def test_training_is_timed(bench):
    [line] = lines(bench("train", "--workload", "multi-task-lstm", "--batch", "2", "--steps", "3", "--models", "2", "--repeats", "1"))
    assert (line["what"], line["workload"], line["batch"], line["models"], line["mock"]) == ("train", "multi-task-lstm", 2, 2, True)
    assert line["us_per_step"] == pytest.approx(2 * line["us_per_model_step"]) and line["loss"] > 0 and line["params"] == 33_653


def test_an_epoch_is_timed(bench):
    [line] = lines(bench("epoch", "--rows", "5", "--batch", "2", "--epochs", "2"))
    assert (line["what"], line["rows"], line["steps"]) == ("epoch", 5, 3)
    assert line["seconds"] > 0 and len(line["seconds_of_epochs"]) == len(line["losses"]) == 2


def test_kernels_are_timed(bench):
    kernels = lines(bench("kernels", "--batch", "2", "--count", "2"))
    assert {"gather", "weight_gradients", "adam"} <= {kernel["name"] for kernel in kernels}
    assert sum(kernel["share"] for kernel in kernels) == pytest.approx(1)
    assert all(kernel["launches"] >= 1 and kernel["us"] > 0 and kernel["grid"].endswith(" x 1") for kernel in kernels)


def test_the_device_is_named(bench):
    [line] = lines(bench("device", settings="name=NVIDIA H200,capability=90"))
    assert (line["name"], line["capability"]) == ("NVIDIA H200", "9.0") and "mock" not in line and line["free_bytes"] <= line["memory_bytes"]


@pytest.mark.parametrize("arguments", [
    ["train", "--batch", "0"], ["train", "--workload", "w9"], ["check", "--only", "no such check"], ["epoch", "--rows", "0"],
    ["kernels", "--count", "0"],
])
def test_wrong_options_are_refused(bench, arguments):
    assert bench(*arguments).returncode == 64
