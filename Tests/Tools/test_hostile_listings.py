"""A hub that lists paths which lead out of the folder they are written to: refused with one sentence, and nothing is written anywhere."""

import os
import subprocess
import uuid

import nbformat
import pytest

from hub_process import running_hub
from notebooks import report_of

PATHS = {
    "up": "../escape", "up from below": "a/../../../../escape", "up at the end": "a/..", "absolute": "/tmp/apus-escape", "nothing": "", "here": ".",
    "here inside": "a/./escape", "doubled slash": "a//escape", "slash at the end": "escape/", "git": ".git/hooks/escape", "line break": "a\nescape",
    "null": "a\0escape", "escape code": "\x1b[2Jescape", "long component": "x" * 256, "long": "x/" * 1100 + "escape",
}


@pytest.fixture(scope="module")
def server():
    with running_hub() as server:
        yield server


def run(apus, world, folder, *cells):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    environment = dict(
        kept, HOME=str(folder), HF_HOME=str(folder / "hf"), HF_ENDPOINT=world.endpoint, XDG_STATE_HOME=str(folder / "state"),
        XDG_CACHE_HOME=str(folder / "state" / "cache"))
    cells = [nbformat.v4.new_code_cell(cell) for cell in ("%%auth", *cells)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "nb.ipynb")
    done = subprocess.run([apus, "run", "nb.ipynb", "-o", "out.ipynb"], env=environment, cwd=folder, capture_output=True, text=True, timeout=60)
    return done, nbformat.read(folder / "out.ipynb", as_version=4).cells


def written(folder):
    """Everything below a folder but what every run writes there."""
    ours = {"nb.ipynb", "out.ipynb", "state"}
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.relative_to(folder).parts[0] not in ours)


@pytest.mark.parametrize("kind", PATHS)
def test_a_path_that_leads_elsewhere_is_refused_before_anything_is_written(apus, server, tmp_path, kind):
    world, folder = server.world(uuid.uuid4().hex), tmp_path / "a" / "b" / "home"
    folder.mkdir(parents=True)
    # A harmless file is listed beside it.
    world.admin("listing", {"kind": "dataset", "name": "ann/hostile", "entries": {"good.txt": "", PATHS[kind]: ""}})
    done, cells = run(apus, world, folder, "%%snapshot --repo ann/hostile")
    assert done.returncode == 1
    report = report_of(cells[1])
    assert "is not a path in a repository" in report and "\x1b[2J" not in report, report
    assert written(folder) == []
    assert sorted(path.name for path in tmp_path.rglob("*") if folder not in path.parents and path != folder) == ["a", "b"]
    assert not os.path.lexists("/tmp/apus-escape")


@pytest.mark.parametrize("path", ["../escape", "a/../escape", ".git/escape"])
def test_a_path_that_the_user_asks_for_is_refused_too(apus, server, tmp_path, path):
    world = server.world(uuid.uuid4().hex)
    done, cells = run(apus, world, tmp_path, f"%%download --repo ann/any --path {path} --timeframe 15m")
    assert done.returncode == 1 and "is not a path in a repository" in report_of(cells[1])
    assert written(tmp_path) == []


def test_links_in_the_cache_are_not_followed(apus, server, tmp_path):
    world = server.world(uuid.uuid4().hex)
    world.admin("listing", {"kind": "dataset", "name": "ann/linked", "entries": {"a/b/escape.txt": ""}})
    done, cells = run(apus, world, tmp_path, "%%snapshot --repo ann/linked")
    assert done.returncode == 0, done.stderr
    snapshot = next((tmp_path / "hf" / "hub").glob("*/snapshots/*"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (snapshot / "a" / "b" / "escape.txt").unlink()
    (snapshot / "a" / "b").rmdir()
    (snapshot / "a" / "b").symlink_to(outside)
    done, cells = run(apus, world, tmp_path, "%%snapshot --repo ann/linked")
    assert done.returncode == 1 and "is not a folder" in report_of(cells[1])
    assert list(outside.iterdir()) == []
