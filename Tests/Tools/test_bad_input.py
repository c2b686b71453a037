"""Bad input ends in one clear error: what happened, with which values, and what to do; nothing half-written, the kernel alive."""

import io
import json
import os
import pickle
import shutil
import subprocess

import nbformat
import numpy as np
import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from file_hub import Repository
from notebooks import Runs, report_of, text_of

TOKEN = "hf_" + "MarkerMarker0123" * 2
FOLDER = "v2_model/BTCUSDT/15m"
SIZE = dict(bars=1200, epochs=1)


@pytest.fixture(scope="module")
def template(apus, notebook_path, jupyter_environment, tmp_path_factory):
    """The folder of a run that passed."""
    runs = Runs(apus, notebook_path, tmp_path_factory.mktemp("template"), jupyter_environment, **SIZE)
    result = runs.run()
    assert result.returncode == 0, result.stderr
    return runs


@pytest.fixture
def runs(apus, notebook_path, jupyter_environment, template, tmp_path):
    """A folder whose hub has the feature files already, and nothing else."""
    runs = Runs(apus, notebook_path, tmp_path / "run", jupyter_environment, **SIZE)
    shutil.copytree(template.folder / "hub" / "datasets", runs.folder / "hub" / "datasets")
    runs.features = Repository(runs.folder / "hub" / "datasets" / "simulated" / "zigzag-lstm-predictor")
    return runs


def fails(runs, cell, *words, status=1, **parameters):
    """Runs the notebook, which must fail in `cell` with one error that has all the words; returns its text."""
    result = runs.run(**parameters)
    assert result.returncode == status, result.stdout + result.stderr
    report = report_of(runs.cell(cell))
    print(report)
    for word in words:
        assert word.lower() in report.lower(), report
    for word in ("Fatal error", "Stack dump", ".swift:", "Traceback", "Optional(", "Error(", "NSError"):
        assert word not in result.stderr + report, result.stderr + report
    failed = [c for c in runs.executed().cells if c.cell_type == "code" and any(o.output_type == "error" for o in c.outputs)]
    assert len(failed) == 1, "more than one cell failed"
    assert report.splitlines()[0] in result.stderr
    assert result.stdout == f"{runs.output}\n", "something but the notebook's path is on standard output"
    assert_nothing_half_written(runs.folder)
    return report


def assert_nothing_half_written(folder):
    left = [p for p in folder.rglob("*") if p.is_file() and any(mark in p.name for mark in (".incomplete", ".tmp", ".partial", ".temporary"))]
    assert not left, f"half-written files were left: {left}"


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def array(runs, name):
    return np.load(io.BytesIO(runs.features.content(f"{FOLDER}/{name}")))


# --- the feature files ---


def test_a_repository_that_is_not_there(runs):
    runs.edit("download", "--simulate {bars}", "")
    fails(runs, "download", "simulated/zigzag-lstm-predictr", "did you mean", "simulated/zigzag-lstm-predictor", repo="simulated/zigzag-lstm-predictr")


def test_a_file_that_is_not_there(runs):
    runs.edit("download", "--simulate {bars}", "")
    runs.features.change(f"{FOLDER}/15m_y_class.npy", None)
    fails(runs, "download", "15m_y_class.npy")


def change_sequences(change):
    def content(runs):
        x = array(runs, "15m_X_sequences.npy").copy()
        return npy(change(x))

    return content


def set_value(index, value):
    def change(x):
        x[index] = value
        return x

    return change


class Hostile:
    def __reduce__(self):
        return os.system, (f"touch {os.environ.get('APUS_TEST_MARK', '/tmp/apus-test-mark')}",)


@pytest.mark.parametrize("name,content,words", [
    ("15m_X_sequences.npy", lambda r: r.features.content(f"{FOLDER}/15m_X_sequences.npy")[:-1000], ["15m_X_sequences.npy", "bytes", "--verify"]),
    ("15m_X_sequences.npy", lambda r: b"", ["15m_X_sequences.npy"]),
    ("15m_X_sequences.npy", lambda r: b"<html>not found</html>" * 10, ["15m_X_sequences.npy"]),
    ("15m_X_sequences.npy", change_sequences(lambda x: x[:, :, 0]), ["15m_X_sequences.npy", "shape"]),
    ("15m_X_sequences.npy", lambda r: npy(np.array([[1, "a"]], dtype=object), allow_pickle=True), ["15m_X_sequences.npy", "object"]),
    ("15m_X_sequences.npy", change_sequences(set_value((5, 3, 2), np.nan)), ["15m_X_sequences.npy", "NaN", "5", "3", "2"]),
    ("15m_X_sequences.npy", change_sequences(set_value((7, 0, 12), np.inf)), ["15m_X_sequences.npy", "inf", "7", "12"]),
    ("15m_y_class.npy", lambda r: npy(set_value(9, 17)(array(r, "15m_y_class.npy"))), ["15m_y_class.npy", "17", "9"]),
    ("15m_y_class.npy", lambda r: npy(array(r, "15m_y_class.npy")[:-5]), ["15m_y_class.npy", "shape", "different runs"]),
    ("15m_scaler.pkl", lambda r: pickle.dumps(Hostile(), protocol=2), ["15m_scaler.pkl", "system"]),
    ("15m_scaler.pkl", lambda r: r.features.content(f"{FOLDER}/15m_scaler.pkl")[:-200], ["15m_scaler.pkl"]),
    ("15m_scaler.pkl", lambda r: b"", ["15m_scaler.pkl"]),
])
def test_a_feature_file_with_other_content(runs, tmp_path, monkeypatch, name, content, words):
    mark = tmp_path / "mark"
    monkeypatch.setenv("APUS_TEST_MARK", str(mark))
    runs.features.change(f"{FOLDER}/{name}", content(runs))
    fails(runs, "preprocess", *words)
    assert not mark.exists(), "the pickle ran a program"


@pytest.mark.parametrize("name", ["15m_statistics.json", "15m_zigzag_points.json"])
@pytest.mark.parametrize("content", [b"{", None])
def test_files_that_only_inform_may_be_broken_or_missing(runs, name, content):
    runs.features.change(f"{FOLDER}/{name}", content)
    result = runs.run()
    assert result.returncode == 0, result.stderr
    if content is None:
        assert name in text_of(runs.cell("download")), "the missing file is not mentioned"


# --- candles ---


def candles(rows=900, start=1_700_000_100, step=900):
    import datetime

    lines = ["date,open,high,low,close,volume"]
    price = 100.0
    for i in range(rows):
        when = datetime.datetime.fromtimestamp(start + i * step, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        price *= 1.01 if (i // 12) % 2 else 0.99
        lines.append(f"{when},{price:.4f},{price * 1.002:.4f},{price * 0.998:.4f},{price * 1.001:.4f},{10 + i % 7}")
    return lines


@pytest.mark.parametrize("change,words,status", [
    (lambda lines: [line.rsplit(",", 1)[0] for line in lines], ["volume", "column"], 1),
    (lambda lines: lines[:50] + [lines[50].replace(lines[50].split(",")[4], "1O1.5")] + lines[51:], ["51", "1O1.5", "close"], 1),
    (lambda lines: lines[:80] + ["garbage"] + lines[80:], ["81"], 1),
    (lambda lines: lines[:1], ["candles.csv"], 1),
    (lambda lines: [""], ["candles.csv"], 1),
    (lambda lines: lines[:400] + lines[410:], ["gap"], 0),
])
def test_candles(runs, change, words, status):
    (runs.folder / "candles.csv").write_text("\n".join(change(candles())) + "\n")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%%features --candles candles.csv --timeframe 15m --out made", id="features")])
    runs.source = runs.folder / "features.ipynb"
    nbformat.write(notebook, runs.source)
    runs.parameters = {}
    if status:
        fails(runs, "features", "candles.csv", *words)
        assert not list((runs.folder / "made").glob("*")), "half of the features were written"
    else:
        result = runs.run()
        assert result.returncode == 0, result.stderr
        for word in words:
            assert word in text_of(runs.cell("features")).lower()


# --- folders that cannot be written, disks that are full ---

def in_namespace(script):
    """Words that run a shell script, then a command, with mounts of their own; skips where that is not possible."""
    try:
        subprocess.run(["unshare", "-m", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine does not let the test mount file systems: {error}")
    return ["unshare", "-m", "sh", "-c", script + '\nexec "$@"', "sh"]


def mounted(runs, script, **parameters):
    """The run where `script` has mounted something first; the executed notebook goes to a folder outside of it."""
    return subprocess.run(
        in_namespace("set -e\n" + script) + runs.command(**parameters), env=runs.environment, cwd=runs.folder, capture_output=True, text=True,
        timeout=120)


def fails_mounted(runs, cell, script, *words, **parameters):
    result = mounted(runs, script, **parameters)
    assert result.returncode == 1, result.stdout + result.stderr
    report = report_of(runs.cell(cell))
    print(report)
    for word in words:
        assert word.lower() in report.lower(), report
    return report


@pytest.mark.parametrize("folder,cell", [("hub", "upload"), ("hf", "download"), ("checkpoints", "train")])
def test_a_folder_that_is_read_only(runs, folder, cell):
    (runs.folder / folder).mkdir(exist_ok=True)
    script = f"mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}"
    fails_mounted(runs, cell, script, "read-only", str(runs.folder / folder), "choose a")


def test_an_output_folder_that_is_read_only(runs):
    runs.output = runs.folder / "results" / "out.ipynb"
    runs.output.parent.mkdir()
    result = mounted(runs, "mount --bind results results; mount -o remount,bind,ro results")
    assert result.returncode in (1, 2) and not result.stdout
    assert "read-only" in result.stderr.lower() and "results" in result.stderr and len(result.stderr.splitlines()) <= 2
    assert not list(runs.output.parent.iterdir())


@pytest.mark.parametrize("folder,size,cell", [("hf", "1m", "download"), ("hub", "100k", "upload")])
def test_a_disk_that_is_full(runs, folder, size, cell):
    path = runs.folder / folder
    path.mkdir(exist_ok=True)
    if folder == "hub":
        # The datasets stay where they are, the models have their own small disk.
        path = path / "models"
        path.mkdir()
    list_left = f"find {path} -type f -size +0 > {runs.folder}/left.txt"
    report = fails_mounted(
        runs, cell, f"mount -t tmpfs -o size={size} tmpfs {path}\nset +e; \"$@\"; status=$?; {list_left}; exit $status", "space", str(path))
    left = (runs.folder / "left.txt").read_text().split()
    assert not [name for name in left if "incomplete" in name or ".tmp" in name], left
    assert "free" in report.lower(), "the next step is not told: " + report


def test_a_disk_that_is_full_of_checkpoints_costs_no_training(runs):
    (runs.folder / "checkpoints").mkdir()
    result = mounted(runs, "mount -t tmpfs -o size=300k tmpfs checkpoints")
    assert result.returncode == 0, result.stderr
    assert "No space left" in text_of(runs.cell("train"))


def test_a_disk_that_is_full_when_the_notebook_is_written(runs):
    results = runs.folder / "results"
    results.mkdir()
    runs.output = results / "out.ipynb"
    copy = f"cp {results}/out.ipynb {runs.folder}/kept.ipynb; ls -A {results} > {runs.folder}/left.txt"
    result = mounted(runs, f"mount -t tmpfs -o size=32k tmpfs results\nset +e; \"$@\"; status=$?; {copy}; exit $status")
    assert result.returncode == 1, result.stderr
    assert "No space left" in result.stderr and str(runs.output) in result.stderr
    nbformat.validate(nbformat.read(runs.folder / "kept.ipynb", as_version=4))
    assert (runs.folder / "left.txt").read_text().split() == ["out.ipynb"]


def test_without_the_hdf5_library(runs):
    hide = "for f in /usr/lib/*-linux-gnu/libhdf5*.so*; do [ -e \"$f\" ] && mount --bind nothing \"$f\"; done; true"
    (runs.folder / "nothing").write_text("")
    fails_mounted(runs, "install", hide, "HDF5", "apt-get install libhdf5-103-1")
    runs.edit("install", "%%install --hub {hub}", "%who")
    fails_mounted(runs, "upload", hide, "HDF5", "apt-get install libhdf5-103-1")


# --- hubs ---


def test_a_hub_that_is_not_there(runs):
    fails(runs, "download", "https://127.0.0.1:1", "cannot be reached", "HF_ENDPOINT", hub="https://127.0.0.1:1")


def test_without_the_curl_library(runs):
    hide = "for f in /usr/lib/*-linux-gnu/libcurl*.so*; do [ -e \"$f\" ] && mount --bind nothing \"$f\"; done; true"
    (runs.folder / "nothing").write_text("")
    fails_mounted(runs, "install", hide, "libcurl", "apt-get install libcurl4", hub="https://127.0.0.1:1")


def test_offline_needs_nothing_for_a_folder(runs):
    runs.environment["HF_HUB_OFFLINE"] = "1"
    for _ in range(2):
        result = runs.run()
        assert result.returncode == 0, result.stderr


# --- parameters and notebooks ---


@pytest.mark.parametrize("name,value,cell,words", [
    ("epochs", "many", "train", ["many", "--epochs"]),
    ("epochs", "-3", "train", ["-3", "--epochs"]),
    ("seed", "1.5", "build", ["1.5", "--seed"]),
    ("sample", "0", "preprocess", ["--sample", "0"]),
    ("resume", "maybe", "train", ["--resume", "maybe", "true"]),
    ("timeframe", "7x", "download", ["7x"]),
    ("repo", "../../etc", "download", ["../../etc"]),
    ("hub", "nowhere", "install", ["nowhere", "file:"]),
    ("bars", "3", "download", ["--simulate", "3", "500"]),
])
def test_a_parameter_of_another_kind(runs, name, value, cell, words):
    fails(runs, cell, *words, **{name: value})


@pytest.mark.parametrize("change", [lambda t: t[:-40], lambda t: "", lambda t: "{}", lambda t: t.replace('"nbformat": 4', '"nbformat": "4"')])
def test_a_malformed_notebook(runs, change):
    runs.source = runs.folder / "broken.ipynb"
    template = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%who")])
    runs.source.write_text(change(json.dumps(template, indent=1)))
    runs.parameters = {}
    result = runs.run()
    assert result.returncode == 2 and not result.stdout and "broken.ipynb" in result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert not runs.output.exists()


# --- tokens ---


def test_a_token_is_nowhere_but_in_its_file(runs):
    runs.edit("auth", "%%auth --hub {hub}", "%%auth --hub {hub} --store")
    runs.environment["HF_TOKEN"] = TOKEN
    result = runs.run()
    report = result.stdout + result.stderr
    assert TOKEN not in report and TOKEN[:20] not in report
    holding = [p for p in runs.folder.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
    stored = runs.folder / "hf" / "token"
    assert [p for p in holding if p not in (stored, stored.parent / "stored_tokens")] == []
    for path in holding:
        assert path.stat().st_mode & 0o077 == 0, f"{path} can be read by others"


def test_a_token_as_a_parameter_is_refused(runs):
    result = runs.run(hub=TOKEN)
    assert result.returncode == 2 and TOKEN not in result.stderr and "HF_TOKEN" in result.stderr
    assert not runs.output.exists()


# --- the kernel goes on ---


def test_the_kernel_answers_after_every_kind_of_failure(runs, jupyter_environment):
    runs.features.change(f"{FOLDER}/15m_X_sequences.npy", runs.features.content(f"{FOLDER}/15m_X_sequences.npy")[:-1])
    manager = KernelManager(
        kernel_name="apus", kernel_spec_manager=KernelSpecManager(kernel_dirs=[jupyter_environment["JUPYTER_PATH"] + "/kernels"]))
    manager.start_kernel(env=runs.environment, cwd=str(runs.folder), stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=20)

        def execute(code):
            return client.execute_interactive(code, timeout=30, output_hook=lambda message: None)["content"]

        assert execute(f"%%auth --hub file:{runs.folder / 'hub'}")["status"] == "ok"
        assert execute("%%download --repo simulated/none --timeframe 15m")["status"] == "error"
        assert execute(f"%%download --repo simulated/zigzag-lstm-predictor --path {FOLDER} --timeframe 15m")["status"] == "ok"
        failed = execute("%%preprocess")
        assert failed["status"] == "error" and "15m_X_sequences.npy" in failed["evalue"]
        assert execute("%%build --recipe multi-task-lstm")["ename"] == execute("%%train")["ename"]
        assert execute("%%preprocess")["evalue"] == failed["evalue"]
        assert execute("%who")["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
