"""Two processes in one cache and one repository at once: each content is fetched once, both commits are whole."""

import subprocess

import nbformat
import pytest

import evidence
from stories import PUBLISHED, TOKEN, Story, hub_with_features


@pytest.fixture(scope="module")
def world(apus, notebook_path, jupyter_environment, tmp_path_factory):
    with hub_with_features(apus, notebook_path, jupyter_environment, tmp_path_factory.mktemp("features")) as world:
        yield world


@pytest.fixture
def pair(apus, notebook_path, jupyter_environment, world, tmp_path):
    """Two stories with one cache, each in a folder of its own."""
    stories = [Story(apus, notebook_path, tmp_path / name, jupyter_environment, world, tmp_path.name) for name in ("one", "two")]
    for story in stories:
        story.environment["HF_HOME"] = str(tmp_path / "hf")
    return stories


def both(commands):
    """Starts them at the same time and waits for their end."""
    processes = [
        subprocess.Popen(command, env=story.environment, cwd=story.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for story, command in commands]
    for process in processes:
        output, errors = process.communicate(timeout=180)
        assert process.returncode == 0, output + errors


def contents(world):
    """The requests for contents since the last call: path and range of each."""
    return [(entry["path"], entry["range"]) for entry in world.log() if entry["server"] == "CDN" and entry["method"] == "GET"]


def test_two_runs_download_the_same_and_different_files(pair, world, tmp_path):
    for name, size in {"both": 6_000_000, "one": 2_000_000, "two": 2_500_000}.items():
        (tmp_path / name).with_suffix(".bin").write_bytes(bytes(range(251)) * (size // 251))
        world.admin("file", {"kind": "model", "name": f"ann/{name}", "path": "x.bin", "file": str(tmp_path / f"{name}.bin")})
    world.log()
    commands = []
    for story, own in zip(pair, ("one", "two")):
        snapshot = "%%snapshot --type model --repo ann/"
        cells = [nbformat.v4.new_code_cell(cell) for cell in ("%%auth", snapshot + "both", snapshot + own)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), story.folder / "nb.ipynb")
        story.environment["HF_ENDPOINT"] = world.endpoint
        commands.append((story, [story.apus, "run", "nb.ipynb", "-o", "out.ipynb"]))
    both(commands)
    fetched = contents(world)
    assert len(fetched) == 3 and all(range in (None, "bytes=0-") for _, range in fetched), fetched
    evidence.verify_cache(tmp_path / "hf" / "hub")
    assert len(list((tmp_path / "hf" / "hub").glob("*/snapshots/*/x.bin"))) == 3
    assert evidence.leftovers(tmp_path) == []


@pytest.mark.parametrize("paths", [("one", "two"), ("same", "same")])
def test_two_whole_runs_publish_in_one_repository(pair, world, tmp_path, paths):
    for story, path in zip(pair, paths):
        story.edit("upload", "--path v2_model/{symbol}/{timeframe}", f"--path {path}")
    world.log()
    both([(story, story.command()) for story in pair])
    fetched = contents(world)
    assert len(fetched) == len(set(fetched)), "a content was fetched twice"
    model = evidence.get(world, f"/{pair[0].repository}/resolve/main/{paths[0]}/model.h5", TOKEN)
    files = [f"{path}/{name.rsplit('/', 1)[1]}" for path in set(paths) for name in PUBLISHED]
    assert evidence.verify_repository(world, pair[0].repository, TOKEN, files, model) == 2
    for story in pair:
        evidence.verify_notebook(story.output)
        evidence.verify_checkpoints(story.checkpoints)
    evidence.verify_cache(tmp_path / "hf" / "hub")
    assert evidence.leftovers(tmp_path) == []
