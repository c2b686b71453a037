"""Folders that are full or read-only, wherever a run writes: one clear sentence, nothing broken, and the same run works once there is room.

The folder is a small file system of its own in a mount namespace, which needs root or a system that lets users have namespaces. Limits of
file sizes, which work everywhere, stand for disks whose free space the system does not tell beforehand.
"""

import os
import resource
import shutil
import subprocess

import pytest

import evidence
from notebooks import Runs, report_of, text_of

SIZE = dict(bars=1500, epochs=2)
NAMESPACE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
# Where a run writes, how much is too little there, and which cell needs more.
PLACES = {"cache": ("hf", "1m", "download"), "hub": ("hub", "1m", "download"), "temporary files": ("tmp", "1m", "download"),
          "files to upload": ("tmp", "100k", "upload"), "checkpoints": ("checkpoints", "300k", "train")}


def has_namespaces():
    if not shutil.which("unshare"):
        return False
    return subprocess.run(NAMESPACE + ["mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0


needs_namespaces = pytest.mark.skipif(not has_namespaces(), reason="this user may not mount file systems, not even in a namespace")


@pytest.fixture
def runs(apus, notebook_path, jupyter_environment, tmp_path):
    runs = Runs(apus, notebook_path, tmp_path, jupyter_environment, **SIZE)
    runs.environment["TMPDIR"] = str(tmp_path / "tmp")
    for name in ("hf", "hub", "checkpoints", "tmp", "out"):
        (tmp_path / name).mkdir()
    return runs


def script(runs, folder, options, after):
    """Runs the notebook with a small file system at `folder`, then `after`, which sees it as the run left it."""
    text = f'mount -t tmpfs -o {options} none "$0" && {{ "$@" 2>"{runs.folder}/first.txt"; echo $? >"{runs.folder}/first"; {after}; }}'
    command = NAMESPACE + ["sh", "-c", text, str(runs.folder / folder), *runs.command()]
    done = subprocess.run(command, env=runs.environment, cwd=runs.folder, capture_output=True, text=True, timeout=180)
    return done, (runs.folder / "first").read_text().strip(), (runs.folder / "first.txt").read_text()


def copies(runs):
    """Shell commands that keep what the failed run left, give it room and run again, and keep what that left."""
    first = f'cp -a "$0" "{runs.folder}/kept"; cp "{runs.output}" "{runs.folder}/failed.ipynb"'
    return f'{first}; mount -o remount,size=100m "$0" && "$@" && cp -a "$0" "{runs.folder}/after"'


def shown(runs, cell, status):
    """What the cell says. Training goes on without checkpoints, and warns once; other cells fail."""
    if cell != "train":
        assert status == 1
        return report_of(runs.cell(cell))
    assert status == 0
    text = text_of(runs.cell(cell))
    assert text.count("Cannot write") == 1 and "The last checkpoint is as it was" in text, text
    return text


@needs_namespaces
@pytest.mark.parametrize("place", PLACES)
def test_a_full_disk(runs, place):
    folder, size, cell = PLACES[place]
    if cell == "upload":
        # So that only this cell needs temporary files.
        assert runs.run(epochs=1).returncode == 0
    done, status, errors = script(runs, folder, f"size={size}", copies(runs))
    assert done.returncode == 0, "with room the same run does not work: " + done.stderr
    output, runs.output = runs.output, runs.folder / "failed.ipynb"
    report = shown(runs, cell, int(status))
    assert "No space left" in report or "are free in" in report, report
    runs.output = output
    # A file that was not the one without room may be continued.
    assert [path for path in evidence.leftovers(runs.folder / "kept") if path.suffix != ".incomplete"] == []
    assert evidence.leftovers(runs.folder / "after") == []
    evidence.verify_cache(runs.folder / "kept" / "hub")
    evidence.verify_checkpoints(runs.folder / "kept")


@needs_namespaces
@pytest.mark.parametrize("place", ["cache", "hub", "temporary files", "checkpoints"])
def test_a_read_only_folder(runs, place):
    folder = PLACES[place][0]
    done, status, errors = script(runs, folder, "ro", 'mount -o remount,rw "$0" && "$@"')
    assert status == "1", errors
    assert "Read-only file system" in errors
    assert done.returncode == 0, "once it can be written the same run does not work: " + done.stderr


@needs_namespaces
def test_a_full_or_read_only_folder_for_the_executed_notebook(runs):
    runs.output = runs.folder / "out" / "out.ipynb"
    done, status, errors = script(runs, "out", "size=12k", 'ls -A "$0" >"$0/../names"; true')
    assert status == "1" and "No space left" in errors and str(runs.output) in errors, errors
    assert [name for name in (runs.folder / "names").read_text().split() if name.startswith(".")] == []
    done, status, errors = script(runs, "out", "ro", "true")
    assert status != "0" and "Read-only file system" in errors and str(runs.output) in errors, errors


def limited(runs, bytes, **parameters):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))

    command = runs.command(**parameters)
    return subprocess.run(command, env=runs.environment, cwd=runs.folder, capture_output=True, text=True, timeout=120, preexec_fn=limit)


@pytest.mark.parametrize("bytes,cell", [(1_000_000, "download"), (350_000, "train")])
def test_a_disk_that_is_full_in_the_middle_of_a_file(runs, bytes, cell):
    if cell == "train":
        assert runs.run(epochs=1).returncode == 0
        shutil.rmtree(runs.folder / "checkpoints")
    done = limited(runs, bytes)
    assert "File too large" in shown(runs, cell, done.returncode)
    evidence.verify_cache(runs.folder / "hf" / "hub")
    evidence.verify_checkpoints(runs.checkpoints)
    result = runs.run()
    assert result.returncode == 0, result.stderr
    assert evidence.leftovers(runs.folder) == []
