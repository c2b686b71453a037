"""Cells that train on a GPU, on the mock CUDA driver: what people read when there is a GPU, when there is none, and when one fails.

The mock driver computes what the kernels compute, so models that are trained here are real ones; only the speed is not that of a GPU.
"""

import ctypes
import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest

import test_recipes as recipes
from notebooks import Runs, report_of, text_of

GPU_LINE = "Training on the GPU: Fake GPU."
NO_DRIVER = "there is no NVIDIA driver here"


def with_gpu(environment, library, settings=""):
    return dict(environment, APUS_CUDA_DRIVER=library, APUS_FAKE_CUDA=settings)


@pytest.fixture(scope="module")
def without_gpu(jupyter_environment):
    """The environment of a machine without a driver, whatever this machine has."""
    environment = {name: value for name, value in jupyter_environment.items() if not name.startswith("APUS_FAKE_CUDA")}
    return dict(environment, APUS_CUDA_DRIVER="libno-driver-here.so.1")


# MARK: the notebooks


def reference(apus, source, folder, environment, device, **parameters):
    runs = Runs(apus, source, folder, environment, **dict(dict(bars=600, sample=0.3, epochs=2), **parameters))
    return runs.edit("train", "--batch-size 32", f"--batch-size 32 --device {device}")


def keras_outputs(runs, tmp_path, inputs):
    import keras

    path = tmp_path / "model.h5"
    path.write_bytes(runs.published_model())
    return [np.asarray(output) for output in keras.models.load_model(path, compile=False).predict(inputs, verbose=0)]


def test_the_reference_notebook_trains_on_the_gpu_to_the_model_of_the_cpu(apus, notebook_path, jupyter_environment, fake_cuda, tmp_path):
    runs = {}
    for device, environment in (("cuda", with_gpu(jupyter_environment, fake_cuda)), ("cpu", jupyter_environment)):
        runs[device] = reference(apus, notebook_path, tmp_path / device, environment, device)
        result = runs[device].run()
        assert result.returncode == 0, result.stdout + result.stderr
        shown = text_of(runs[device].cell("train"))
        assert shown.count("Training on the") == (device == "cuda") and (GPU_LINE in shown) == (device == "cuda")
        assert "Completed 2 epochs" in shown
    inputs = np.random.default_rng(5).normal(size=(20, 30, 13)).astype(np.float32)
    on_gpu, on_cpu = (keras_outputs(runs[device], tmp_path, inputs) for device in ("cuda", "cpu"))
    for a, b in zip(on_gpu, on_cpu, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-3)


def recipe_run(name, apus, environment, folder, edits, **parameters):
    runs = Runs(apus, recipes.NOTEBOOKS / f"{name}.ipynb", folder, environment, bars=500, epochs=1, **parameters)
    for cell, old, new in edits:
        runs.edit(cell, old, new)
    result = runs.run()
    assert result.returncode == 0, result.stdout + result.stderr
    assert GPU_LINE in text_of(runs.cell("train"))
    return runs


@pytest.mark.parametrize("recipe", ["sequence-regressor", "sequence-regressor-gru"])
def test_the_regressors_notebook_trains_and_walks_forward_on_the_gpu(apus, jupyter_environment, fake_cuda, tmp_path, recipe):
    import keras

    edits = [
        ("preprocess", "--window 24", "--window 6"),
        ("train", "--batch-size 32", "--batch-size 16 --device cuda"),
        ("walk-forward", "--mode expanding", "--mode expanding --batch-size 4 --device cuda"),
    ]
    environment = with_gpu(jupyter_environment, fake_cuda)
    runs = recipe_run("sequence-regressor", apus, environment, tmp_path / "run", edits, recipe=recipe, sample=0.6, folds=2, foldEpochs=1)
    folds = text_of(runs.cell("walk-forward"))
    assert GPU_LINE in folds and "2 folds" in folds, folds
    folder = recipes.published(runs)
    x = np.random.default_rng(3).normal(size=(10, 6, 80)).astype(np.float32)
    expected = np.asarray(keras.models.load_model(folder / "model.h5").predict(x, verbose=0)).reshape(10, 1)
    kind = "gru" if "gru" in recipe else "lstm"
    _, _, found = recipes.torch_outputs(recipes.recurrent(kind), folder / "best_model.pth", x, tmp_path)
    np.testing.assert_allclose(found, expected, atol=2e-6)


@pytest.mark.parametrize("device", ["cuda", "cpu"])
def test_replicas_are_shown_with_their_spread_and_the_best_is_kept(apus, notebook_path, jupyter_environment, fake_cuda, tmp_path, device):
    runs = reference(apus, notebook_path, tmp_path, with_gpu(jupyter_environment, fake_cuda), f"{device} --replicas 3")
    result = runs.run()
    assert result.returncode == 0, result.stdout + result.stderr
    shown = text_of(runs.cell("train"))
    assert (GPU_LINE in shown) == (device == "cuda"), shown
    rows = re.findall(r"^ *(\d)( \*)? +(\d+) +2 +(\d) +([\d.]+)", shown, re.MULTILINE)
    assert [(row[0], row[2]) for row in rows] == [("1", "1"), ("2", "2"), ("3", "3")], shown
    losses = [float(row[4]) for row in rows]
    best = losses.index(min(losses))
    assert [bool(row[1]) for row in rows] == [number == best for number in range(3)]
    assert "val_loss over 3 seeds: " in shown and f"replica {best + 1} is kept." in shown
    assert text_of(runs.cell("evaluate"))


def test_the_transformers_notebook_trains_on_the_gpu(apus, jupyter_environment, fake_cuda, tmp_path):
    edits = [
        ("preprocess", "--window 64", "--window 10"),
        ("preprocess", "--train 0.8 --validation 0.1", "--train 0.6 --validation 0.2"),
        ("train", "--batch-size 32", "--batch-size 16 --device cuda"),
    ]
    runs = recipe_run("price-action-transformer", apus, with_gpu(jupyter_environment, fake_cuda), tmp_path / "run", edits, sample=0.6)
    x = np.random.default_rng(4).normal(size=(8, 10, 14)).astype(np.float32)
    metadata, count, found = recipes.torch_outputs(
        recipes.TRANSFORMER, recipes.published(runs) / "best_model.pth", x, tmp_path)
    assert count == 406_785 and metadata["window_size"] == 10
    assert np.all((found > 0) & (found < 1))


def test_nbclient_and_the_kernel_train_on_the_gpu(apus, notebook_path, jupyter_environment, fake_cuda, tmp_path):
    runs = reference(apus, notebook_path, tmp_path, jupyter_environment, "auto")
    notebook = nbformat.read(runs.source, as_version=4)
    parameters = next(c for c in notebook.cells if c.id == "parameters")
    for name, value in dict(runs.parameters, epochs=1).items():
        literal = f'"{value}"' if isinstance(value, str) else value
        parameters.source = re.sub(rf"let {name} = .*", f"let {name} = {literal}", parameters.source)
    nbformat.write(notebook, runs.source)
    script = (
        "import sys, nbformat, nbclient\n"
        "nb = nbformat.read(sys.argv[1], as_version=4)\n"
        "nbclient.NotebookClient(nb, timeout=300).execute()\n"
        "nbformat.write(nb, sys.argv[2])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(runs.source), str(runs.output)], env=with_gpu(runs.environment, fake_cuda), cwd=tmp_path,
        capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert GPU_LINE in text_of(runs.cell("train"))


# MARK: without a GPU, and with one that fails


def test_without_a_driver_auto_says_so_in_one_line_and_trains_on_the_cpu(apus, notebook_path, without_gpu, tmp_path):
    runs = reference(apus, notebook_path, tmp_path, without_gpu, "auto")
    result = runs.run()
    assert result.returncode == 0, result.stdout + result.stderr
    lines = [line for line in text_of(runs.cell("train")).splitlines() if "the CPU" in line]
    assert len(lines) == 1 and lines[0].startswith("Training on the CPU: the CUDA driver 'libno-driver-here.so.1' cannot be loaded"), lines
    assert not [o for o in runs.cell("train").outputs if o.get("name") == "stderr"], "the CPU is no reason for a warning"


def has_driver():
    try:
        return bool(ctypes.CDLL("libcuda.so.1"))
    except OSError:
        return False


@pytest.mark.skipif(has_driver(), reason="this machine has an NVIDIA driver")
def test_without_any_driver_cuda_ends_the_cell_with_the_next_step(apus, notebook_path, jupyter_environment, tmp_path):
    runs = reference(apus, notebook_path, tmp_path, jupyter_environment, "cuda")
    result = runs.run()
    assert result.returncode == 1
    report = report_of(runs.cell("train"))
    assert f"NoCUDA: {NO_DRIVER}" in report and "→ Install the NVIDIA driver 525 or newer" in report and "--device cpu" in report, report
    assert NO_DRIVER in result.stderr


# Settings of the mock driver, words of the message, words of the next step.
FAILURES = [
    ("devices=0", "lists no GPU", "CUDA_VISIBLE_DEVICES"),
    ("init=100", "finds no GPU", "nvidia-smi"),
    ("init=803", "different versions", "Restart the machine"),
    ("driver=11040", "is for CUDA 11.4, and Apus needs one for CUDA 12.0 or later", "Install the NVIDIA driver 525 or newer"),
    ("capability=75", "Fake GPU has compute capability 7.5, and Apus needs 8.0", "Ampere"),
    ("missing=cuGraphLaunch", "has no function cuGraphLaunch", "Install the NVIDIA driver 525 or newer"),
    ("memory=1000000", "the GPU has too little memory", "Use a smaller --batch-size"),
    ("fail=cuModuleLoadDataEx:218", "the driver cannot compile the kernels for this GPU", "Update the NVIDIA driver"),
    # In the first epoch, before any checkpoint, and in the second.
    ("fail=cuGraphLaunch:719@3", "the GPU stopped in the middle of the work", "continue from the last checkpoint with --resume"),
    ("fail=cuGraphLaunch:719@7", "the GPU stopped in the middle of the work", "continue from the last checkpoint with --resume"),
]


@pytest.fixture(scope="module")
def training(apus, notebook_path, jupyter_environment, fake_cuda, tmp_path_factory):
    """Runs the first notebook up to its training: (settings of the mock driver, device) to the run."""

    def run(settings, device):
        folder = tmp_path_factory.mktemp("failure")
        runs = reference(apus, notebook_path, folder, with_gpu(jupyter_environment, fake_cuda, settings), device)
        notebook = nbformat.read(runs.source, as_version=4)
        last = next(i for i, cell in enumerate(notebook.cells) if cell.id == "train")
        notebook.cells = notebook.cells[: last + 1]
        nbformat.write(notebook, runs.source)
        return runs, runs.run()

    return run


@pytest.mark.parametrize("settings,words,step", FAILURES)
def test_a_failure_ends_a_cell_that_insists_on_the_gpu(training, settings, words, step):
    runs, result = training(settings, "cuda")
    assert result.returncode == 1
    report = report_of(runs.cell("train"))
    error = re.search(r"^(NoCUDA|CUDAError): .*$", report, re.MULTILINE)
    assert error and words in error.group(), report
    hints = [line for line in report.splitlines() if line.startswith("→ ")]
    assert len(hints) == 1 and step in hints[0] and hints[0].endswith("train on the CPU with --device cpu"), report
    assert words in result.stderr


@pytest.mark.parametrize("settings,words,step", FAILURES)
def test_a_failure_is_told_and_the_cpu_trains(training, settings, words, step):
    runs, result = training(settings, "auto")
    assert result.returncode == 0, result.stdout + result.stderr
    cell = runs.cell("train")
    shown = text_of(cell)
    assert shown.count(words) == 1 and "Completed 2 epochs" in shown, shown
    warnings = "".join(o.text for o in cell.outputs if o.get("name") == "stderr")
    if "GraphLaunch:" in settings:
        assert shown.index(GPU_LINE) < shown.index(words) and "training goes on on the CPU." in warnings
        assert ("Continuing in epoch 2" in shown) == ("@7" in settings), shown
    else:
        assert "Training on the CPU: " in shown and GPU_LINE not in shown and not warnings


# MARK: what machines have


def cells(apus, environment, folder, *sources):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbformat.write(notebook, folder / "cells.ipynb")
    result = subprocess.run(
        [apus, "run", "cells.ipynb", "-o", "out.ipynb"], env=dict(environment, HF_HOME=str(folder / "hf")), cwd=folder, capture_output=True,
        text=True, timeout=60)
    return result, nbformat.read(folder / "out.ipynb", as_version=4).cells


def line_of(text, name):
    lines = [line for line in text.splitlines() if re.match(rf"(. +)?{name} ", line)]
    assert len(lines) == 1, text
    return lines[0]


def test_device_shows_the_gpu_or_why_there_is_none(apus, jupyter_environment, without_gpu, fake_cuda, tmp_path):
    result, (cell,) = cells(apus, with_gpu(jupyter_environment, fake_cuda), tmp_path, "%device")
    assert result.returncode == 0
    assert re.search(r"Fake GPU, 8 GiB, compute capability 8\.0, driver for CUDA 12\.8 +yes", line_of(text_of(cell), "cuda"))
    assert "with --device cpu" in line_of(text_of(cell), "cpu")
    for environment, words, step in (
        (without_gpu, "'libno-driver-here.so.1' cannot be loaded", "APUS_CUDA_DRIVER"),
        (with_gpu(jupyter_environment, fake_cuda, "capability=75"), "compute capability 7.5, and Apus needs 8.0 or later", "Ampere"),
    ):
        result, (cell,) = cells(apus, environment, tmp_path, "%device")
        assert result.returncode == 0
        line = line_of(text_of(cell), "cuda")
        assert re.search(rf"{re.escape(words)}.*  no  .*{step}", line), line
        assert re.search(r"  yes *$", line_of(text_of(cell), "cpu"))


def test_install_requires_cuda_only_where_it_is_asked_to(apus, jupyter_environment, without_gpu, fake_cuda, tmp_path):
    hub = f"--hub file:{tmp_path / 'hub'}"
    environment = with_gpu(jupyter_environment, fake_cuda)
    result, (cell,) = cells(apus, environment, tmp_path, f"%%install {hub} --require cuda")
    assert result.returncode == 0 and "✓  CUDA" in text_of(cell) and "Fake GPU, 8 GiB" in text_of(cell)
    result, (cell,) = cells(apus, without_gpu, tmp_path, f"%%install {hub}")
    assert result.returncode == 0 and "training runs on the CPU" in line_of(text_of(cell), "CUDA")
    for environment, words, step in (
        (without_gpu, "'libno-driver-here.so.1' cannot be loaded", "APUS_CUDA_DRIVER"),
        (with_gpu(jupyter_environment, fake_cuda, "devices=0"), "lists no GPU", "CUDA_VISIBLE_DEVICES"),
    ):
        result, (cell,) = cells(apus, environment, tmp_path, f"%%install {hub} --require cuda")
        assert result.returncode == 1
        report = report_of(cell)
        assert "MissingRequirement: CUDA" in report and words in report and re.search(f"→ .*{step}", report), report
        assert "✗  CUDA" in text_of(cell)


def test_doctor_shows_the_gpu_and_does_without(apus, jupyter_environment, without_gpu, fake_cuda, tmp_path):
    for environment, words in (
        (with_gpu(jupyter_environment, fake_cuda, "name=A GPU"), "A GPU, 8 GiB, compute capability 8.0, driver for CUDA 12.8"),
        (without_gpu, "training runs on the CPU"),
        (with_gpu(jupyter_environment, fake_cuda, "init=803"), "different versions"),
    ):
        result = subprocess.run(
            [apus, "doctor", "--hub", f"file:{tmp_path / 'hub'}"], env=environment, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stdout
        assert words in line_of(result.stdout, "CUDA") and line_of(result.stdout, "CUDA").startswith("✓")
