"""A training run over 219,614 sequences of 30 steps and 13 features (343 MB), the size of the published BTCUSDT files, uses them in place."""

import json
import pathlib
import subprocess
import time

import pytest

BARS = 219_643
ARRAY_BYTES = 219_614 * 30 * 13 * 4
AUTH = "%%auth --hub {hub}"
DOWNLOAD = "%%download --repo simulated/big --path v2_model/BTCUSDT/15m --timeframe 15m"
TRAIN = [
    "%%preprocess",
    '%%build\nLSTM(8)\nHead("direction", loss: .crossEntropy) { Dense(4, activation: .softmax) }\n'
    'Head("bars", loss: .meanSquaredError) { Dense(1, activation: .relu) }',
    "%%train --epochs 1",
]


def notebook(path, sources, hub):
    cells = [
        dict(cell_type="code", id=f"c{i}", metadata={}, source=source, outputs=[], execution_count=None)
        for i, source in enumerate(source.replace("{hub}", f"file:{hub}") for source in sources)
    ]
    path.write_text(json.dumps(dict(nbformat=4, nbformat_minor=5, metadata={}, cells=cells)))
    return path


def tree(pid):
    """A process and all below it."""
    children = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += task.read_text().split()
        except OSError:
            pass  # a thread or a process that ended meanwhile
    return [pid] + [below for child in children for below in tree(int(child))]


def resident(pid, kind):
    """Kilobytes of a process that are of its own (RssAnon) or mapped files (RssFile)."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(kind)), 0)


def run(apus, path, environment):
    """The largest memory of its own, and of files, that any process of the run had, in bytes; looked at every few milliseconds."""
    own = files = 0
    with open(path.with_suffix(".log"), "w") as log:
        process = subprocess.Popen([apus, "run", str(path)], stdout=log, stderr=log, env=environment)
        while process.poll() is None:
            for pid in tree(process.pid):
                own, files = max(own, resident(pid, "RssAnon")), max(files, resident(pid, "RssFile"))
            time.sleep(0.005)
    assert process.returncode == 0, path.with_suffix(".log").read_text()[-3000:]
    return own * 1024, files * 1024


@pytest.fixture(scope="module")
def big_hub(apus, tmp_path_factory, jupyter_environment):
    folder = tmp_path_factory.mktemp("big")
    run(apus, notebook(folder / "make.ipynb", [AUTH, f"{DOWNLOAD} --simulate {BARS}"], folder / "hub"), jupyter_environment)
    yield folder
    # A gigabyte that no later test needs.
    subprocess.run(["rm", "-rf", str(folder), jupyter_environment["HF_HOME"]], check=True)


def test_one_epoch_copies_nothing(apus, big_hub, jupyter_environment):
    own, files = run(apus, notebook(big_hub / "train.ipynb", [AUTH, DOWNLOAD, *TRAIN], big_hub / "hub"), jupyter_environment)
    print(f"own memory {own / 1e6:.0f} MB, mapped files {files / 1e6:.0f} MB, array {ARRAY_BYTES / 1e6:.0f} MB")
    assert own < ARRAY_BYTES / 3
    assert files > ARRAY_BYTES / 2, "the epoch went over the mapped file"
