"""What a power cut could take: every file is synced before it gets its name, and every name after it was given.

A library that is loaded before glibc logs the calls of a whole run, against a hub in a folder and a hub server.
"""

import pathlib
import shutil
import subprocess

import pytest

from notebooks import Runs
from stories import Story, hub_with_features

SOURCE = pathlib.Path(__file__).with_name("log_writes.c")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Made by the compiler that comes with Swift."""
    compiler = pathlib.Path(shutil.which("swift")).resolve().with_name("clang")
    path = tmp_path_factory.mktemp("library") / "log_writes.so"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", SOURCE, "-o", path, "-ldl"], check=True)
    return path


def calls(library, runs):
    """Runs the notebook; what each of its processes did, in order."""
    log = runs.folder / "writes.log"
    runs.environment.update(LD_PRELOAD=str(library), APUS_WRITE_LOG=str(log), XDG_STATE_HOME=str(runs.folder / "state"))
    result = runs.run()
    assert result.returncode == 0, result.stderr
    processes = {}
    for line in log.read_text().splitlines():
        process, action, first, second = line.split("\t")
        processes.setdefault(process, []).append((action, first, second))
    assert len(processes) >= 2
    return processes.values()


def check(calls, is_durable):
    """Returns how many files got their names."""
    unsynced, unnamed, renamed = set(), [], 0
    for action, path, target in calls:
        if action == "write":
            unsynced.add(path)
        elif action == "sync":
            unsynced.discard(path)
            unnamed = [name for name in unnamed if str(pathlib.Path(name).parent) != path]
        elif action == "rename" and is_durable(target):
            assert path not in unsynced, f"{target} got its name before its content was on the disk"
            unnamed.append(target)
            renamed += 1
        elif action == "make" and is_durable(path):
            unnamed.append(path)
    assert unnamed == [], "names that were not synced"
    # Everything else is written to end by end: journals, whose records have checksums, and what is temporary.
    assert [path for path in unsynced if is_durable(path) and pathlib.Path(path).exists()] == []
    return renamed


def is_durable_in(folder):
    def is_durable(path):
        inside = path.removeprefix(f"{folder}/")
        return inside != path and inside.split("/")[0] not in ("state", "tmp", "writes.log")

    return is_durable


def test_the_check_notices_what_is_missing():
    order = [("write", "/f/.a", ""), ("sync", "/f/.a", ""), ("rename", "/f/.a", "/f/a"), ("sync", "/f", "")]
    assert check(order, is_durable_in("/f")) == 1
    for index in (1, 3):
        with pytest.raises(AssertionError):
            check(order[:index] + order[index + 1:], is_durable_in("/f"))


def test_a_hub_in_a_folder(apus, notebook_path, jupyter_environment, library, tmp_path):
    runs = Runs(apus, notebook_path, tmp_path / "run", jupyter_environment, bars=1500, epochs=3)
    renamed = sum(check(one, is_durable_in(runs.folder)) for one in calls(library, runs))
    # Six features, as contents of the hub and of the cache, three published files, notebook, checkpoints, commits and references.
    assert renamed > 25


def test_a_hub_server(apus, notebook_path, jupyter_environment, library, tmp_path):
    with hub_with_features(apus, notebook_path, jupyter_environment, tmp_path / "features") as world:
        story = Story(apus, notebook_path, tmp_path / "run", jupyter_environment, world, "durable")
        renamed = sum(check(one, is_durable_in(story.folder)) for one in calls(library, story))
    assert renamed > 10
