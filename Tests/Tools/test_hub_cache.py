"""The cache and the tokens that Apus writes, judged by huggingface_hub, which shares them.

Needs huggingface_hub, and what the Swift suite HubCacheArtifacts wrote:

    APUS_ARTIFACTS=DIR swift test --filter HubCacheArtifacts
    APUS_ARTIFACTS=DIR python -m pytest Tests/Tools/test_hub_cache.py
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import huggingface_hub as hub
import pytest
from huggingface_hub.file_download import _CACHED_NO_EXIST

ARTIFACTS = pathlib.Path(os.environ.get("APUS_ARTIFACTS", "absent")) / "hub"
HOME = ARTIFACTS / "home"
CACHE = HOME / "hub"


@pytest.fixture(scope="module", autouse=True)
def artifacts():
    assert ARTIFACTS.is_dir(), "run the Swift suite HubCacheArtifacts with APUS_ARTIFACTS set, or use ./Tests/run tools"


def latest():
    """The last state of every (kind, repository, revision, path): commit, location, size."""
    rows = [line.split("\t") for line in (ARTIFACTS / "expected.tsv").read_text().splitlines()]
    return {tuple(row[:4]): row[4:] for row in rows}


@pytest.fixture(scope="module")
def expected():
    return latest()


def test_every_file_is_found_without_a_network(expected):
    present = {key: value for key, value in expected.items() if value[1]}
    assert len(present) == 18
    for (kind, name, revision, path), (commit, location, size) in present.items():
        found = hub.try_to_load_from_cache(name, path, cache_dir=CACHE, revision=revision, repo_type=kind)
        assert found == location
        for wanted in (revision, commit):
            offline = hub.hf_hub_download(name, path, repo_type=kind, revision=wanted, cache_dir=CACHE, local_files_only=True)
            assert offline == location
        assert os.path.getsize(found) == int(size)


def test_contents_are_named_by_their_checksums():
    blobs = [path for path in CACHE.glob("*/blobs/*")]
    assert {len(path.name) for path in blobs} == {40, 64}
    for path in blobs:
        content = path.read_bytes()
        regular = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        assert path.name in (regular, hashlib.sha256(content).hexdigest())


def test_files_known_to_be_missing_are_known_to_the_client(expected):
    missing = [key for key, value in expected.items() if not value[1]]
    assert len(missing) == 3
    for kind, name, revision, path in missing:
        assert hub.try_to_load_from_cache(name, path, cache_dir=CACHE, revision=revision, repo_type=kind) is _CACHED_NO_EXIST


def test_the_scan_finds_no_fault(expected):
    info = hub.scan_cache_dir(CACHE)
    assert info.warnings == []
    assert {(repo.repo_type, repo.repo_id) for repo in info.repos} == {key[:2] for key in expected}
    for repo in info.repos:
        assert set(repo.refs) == {"main", "v1"}
        assert len(repo.revisions) == 2
        assert {file.file_name for revision in repo.revisions for file in revision.files} == {"X.npy", "config.json", "empty"}


def test_the_folder_is_tagged_as_a_cache():
    assert (CACHE / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


def test_the_client_can_delete_a_revision():
    import shutil

    copy = ARTIFACTS / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(CACHE, copy, symlinks=True)
    info = hub.scan_cache_dir(copy)
    repo = next(repo for repo in info.repos if repo.repo_type == "dataset")
    tagged = next(revision for revision in repo.revisions if "v1" in revision.refs)
    info.delete_revisions(tagged.commit_hash).execute()
    left = next(repo for repo in hub.scan_cache_dir(copy).repos if repo.repo_type == "dataset")
    assert left.refs.keys() == {"main"} and left.size_on_disk == repo.size_on_disk - 3
    shutil.rmtree(copy)


def test_stored_tokens_are_the_clients():
    code = "import json; from huggingface_hub.utils._auth import get_stored_tokens, get_token; print(json.dumps([get_token(), get_stored_tokens()]))"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    output = subprocess.run(
        [sys.executable, "-c", code], env=dict(environment, HF_HOME=str(HOME)), check=True, capture_output=True, text=True
    ).stdout
    token, stored = json.loads(output)
    assert token == "hf_second"
    assert stored == {"Ann's laptop _2_": "hf_second", "first": "hf_first"}
    assert (HOME / "token").stat().st_mode & 0o777 == 0o600
    assert (HOME / "stored_tokens").stat().st_mode & 0o777 == 0o600
