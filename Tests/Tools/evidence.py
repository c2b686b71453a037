"""What a killed run left, checked without the code under test: everything that has its name must be whole."""

import hashlib
import io
import json
import pathlib
import struct
import urllib.request

import h5py
import nbformat

from file_hub import git_id


def verify_cache(cache):
    """Every content has the checksum that its name says; links lead to contents, references name commits."""
    cache = pathlib.Path(cache)
    for blob in cache.glob("*/blobs/*"):
        if blob.suffix == ".incomplete":
            continue
        content = blob.read_bytes()
        found = hashlib.sha256(content).hexdigest() if len(blob.name) == 64 else git_id("blob", content)
        assert found == blob.name, f"{blob} is damaged"
    for pointer in cache.glob("*/snapshots/**/*"):
        assert not pointer.is_symlink() or pointer.resolve(strict=True).parent.name == "blobs", f"{pointer} leads nowhere"
    for reference in cache.glob("*/refs/**/*"):
        if reference.is_file() and not reference.name.startswith("."):
            assert len(reference.read_text()) == 40, f"{reference} is damaged"
    for tree in cache.glob("*/trees/[!.]*.json"):
        json.loads(tree.read_text())


def verify_checkpoints(folder):
    """The container that Sources/ApusTraining/Checkpoints/CheckpointContainer.swift describes; returns how many there are."""
    count = 0
    for path in pathlib.Path(folder).glob("*.checkpoint"):
        content = path.read_bytes()
        magic, version, sections, length = struct.unpack_from("<8sIIQ", content)
        header = 24 + 72 * sections
        assert (magic, version, length) == (b"APUSCKPT", 1, len(content)), f"{path} is damaged"
        assert hashlib.sha256(content[:header]).digest() == content[header:header + 32], f"{path} is damaged"
        for index in range(sections):
            name, offset, size, checksum = struct.unpack_from("<24sQQ32s", content, 24 + 72 * index)
            assert hashlib.sha256(content[offset:offset + size]).digest() == checksum, f"{path}: {name} is damaged"
        count += 1
    return count


def verify_notebook(path):
    """There is none yet, or it is a valid one."""
    if path.exists():
        nbformat.validate(nbformat.read(path, as_version=4))


def verify_repository(world, name, token, files, model):
    """All commits of a model repository are whole; returns how many there are beside the first, empty one."""
    titles = world.admin("commits", {"kind": "model", "name": name})
    if not titles:
        return 0
    found = get_json(world, f"/api/models/{name}/tree/main?recursive=true", token)
    found = {entry["path"]: entry for entry in found if entry["type"] == "file" and entry["path"] != ".gitattributes"}
    assert set(found) == (set(files) if len(titles) > 1 else set()), f"half a commit: {sorted(found)}"
    for path, entry in found.items():
        content = get(world, f"/{name}/resolve/main/{path}", token)
        assert len(content) == entry["size"], f"{path} is cut off"
        if lfs := entry.get("lfs"):
            assert hashlib.sha256(content).hexdigest() == lfs["oid"], f"{path} is damaged"
        if path.endswith(".json"):
            json.loads(content)
        if path.endswith(".h5"):
            with h5py.File(io.BytesIO(content)) as file:
                assert "model_weights" in file
            assert content == model, "the weights are not those of the run that was never stopped"
    return len(titles) - 1


def leftovers(*folders):
    """What is there under a temporary name, in these folders and below."""
    return [p for folder in folders for p in pathlib.Path(folder).rglob("*") if is_temporary(p)]


def is_temporary(path):
    hidden = path.name.startswith(".") and path.suffix in (".partial", ".link", ".tmp")
    return hidden or path.suffix == ".incomplete" or path.name.startswith((".apus-scratch-", ".new-"))


def get(world, path, token):
    request = urllib.request.Request(world.endpoint + path)
    # Not to the store of large files, which refuses it.
    request.add_unredirected_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return answer.read()


def get_json(world, path, token):
    return json.loads(get(world, path, token))
