"""The hub of the tests, judged by huggingface_hub: what the real client cannot use is no Hub.

The client reads its environment when it is imported, so every step is a process of its own. It uploads through LFS: without
HF_HUB_DISABLE_XET it would ask for the Xet protocol, which this hub does not speak.
"""

import json
import os
import subprocess
import sys
import uuid

import pytest

from hub_process import running_hub

PRELUDE = """
import json, os, sys
import huggingface_hub as hub
from huggingface_hub import HfApi, CommitOperationAdd, CommitOperationDelete, utils
"""


@pytest.fixture(scope="module")
def server():
    with running_hub() as server:
        yield server


@pytest.fixture
def world(server):
    return server.world(uuid.uuid4().hex)


@pytest.fixture
def client(world, tmp_path):
    """Runs code with the real client and returns what it assigns to `result`."""

    def run(code, token="hf_ann_write", xet=False):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
        environment |= {"HF_ENDPOINT": world.endpoint, "HF_HOME": str(tmp_path / "home"), "NO_PROXY": "127.0.0.1"}
        if token:
            environment["HF_TOKEN"] = token
        if not xet:
            environment["HF_HUB_DISABLE_XET"] = "1"
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + code + "\nprint('\\n' + json.dumps(result))"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_login_and_whoami(client, tmp_path):
    code = "hub.login(token='hf_ann_write'); who = HfApi().whoami(); result = [who['name'], who['auth']['accessToken']['role']]"
    assert client(code, token=None) == ["ann", "write"]
    assert (tmp_path / "home" / "token").read_text() == "hf_ann_write"
    wrong = """
try:
    HfApi().whoami(token='hf_nobody')
except hub.errors.HfHubHTTPError as error:
    result = error.response.status_code
"""
    assert client(wrong) == 401


def upload(client, tmp_path, kind="dataset", name="ann/candles", private=False):
    (tmp_path / "big.bin").write_bytes(bytes(range(256)) * 20000)
    return client(f"""
api = HfApi()
sdk = dict(space_sdk='static') if '{kind}' == 'space' else dict()
api.create_repo('{name}', repo_type='{kind}', private={private}, **sdk)
api.create_repo('{name}', repo_type='{kind}', exist_ok=True, **sdk)
info = api.create_commit('{name}', repo_type='{kind}', commit_message='Add files', operations=[
    CommitOperationAdd('README.md', b'# Candles'), CommitOperationAdd('a/b/config.json', b'{{}}'), CommitOperationAdd('empty', b''),
    CommitOperationAdd('small.bin', bytes(1000)), CommitOperationAdd('a/big.bin', 'big.bin')])
result = info.oid
""")


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
def test_upload_regular_lfs_and_multipart_then_download(client, world, tmp_path, kind):
    commit = upload(client, tmp_path, kind)
    paths = [request["path"] for request in world.log() if request["server"] == "CDN"]
    assert sum("/upload/" in path for path in paths) == 1 + 5, "a small large file in one piece, a big one in five"
    assert sum("/complete/" in path for path in paths) == 1
    result = client(f"""
files = ['README.md', 'a/b/config.json', 'empty', 'small.bin', 'a/big.bin']
paths = [hub.hf_hub_download('ann/candles', path, repo_type='{kind}') for path in files]
import hashlib
result = [[os.path.getsize(path), path.split('/')[-1], hashlib.sha256(open(path, 'rb').read()).hexdigest()] for path in paths]
""")
    assert [entry[0] for entry in result] == [9, 2, 0, 1000, 5_120_000]
    import hashlib

    assert result[4][2] == hashlib.sha256((tmp_path / "big.bin").read_bytes()).hexdigest()
    assert all(f"/{commit}/" for entry in result)
    leaks = [request for request in world.log() if request["server"] == "CDN" and request["authorized"]]
    assert leaks == []


def test_nothing_is_uploaded_twice(client, world, tmp_path):
    first = upload(client, tmp_path)
    world.log()
    again = client("""
api = HfApi()
info = api.create_commit('ann/candles', repo_type='dataset', commit_message='Again', operations=[
    CommitOperationAdd('README.md', b'# Candles'), CommitOperationAdd('a/big.bin', 'big.bin')])
result = info.oid
""")
    assert again == first
    assert not [request for request in world.log() if request["server"] == "CDN" or "/commit/" in request["path"]]


def test_snapshot_with_patterns_and_pages(client, world, tmp_path):
    upload(client, tmp_path)
    world.admin("settings", {"page_size": 2})
    result = client("""
folder = hub.snapshot_download('ann/candles', repo_type='dataset', allow_patterns=['*.json', '*.bin'], ignore_patterns='small*')
result = sorted(os.path.relpath(os.path.join(top, name), folder) for top, _, names in os.walk(folder) for name in names)
""")
    assert result == ["a/b/config.json", "a/big.bin"]


def test_upload_folder_delete_branch_and_tag(client, tmp_path):
    upload(client, tmp_path)
    (tmp_path / "folder" / "x").mkdir(parents=True)
    (tmp_path / "folder" / "x" / "y.txt").write_text("hello")
    result = client("""
api = HfApi()
api.create_tag('ann/candles', repo_type='dataset', tag='v1')
api.create_branch('ann/candles', repo_type='dataset', branch='dev/next')
api.upload_folder(repo_id='ann/candles', repo_type='dataset', folder_path='folder', revision='dev/next')
api.delete_file('README.md', 'ann/candles', repo_type='dataset')
refs = api.list_repo_refs('ann/candles', repo_type='dataset')
result = [api.list_repo_files('ann/candles', repo_type='dataset', revision=revision) for revision in ('main', 'v1', 'dev/next')]
result.append([branch.name for branch in refs.branches] + [tag.name for tag in refs.tags])
""")
    main, tagged, branch, references = result
    assert "README.md" not in main and "README.md" in tagged and "x/y.txt" in branch
    assert references == ["dev/next", "main", "v1"]


def test_a_pull_request_from_somebody_else(client, tmp_path):
    before = upload(client, tmp_path)
    result = client(
        """
info = HfApi().upload_file(path_or_fileobj=b'mine', path_in_repo='bob.txt', repo_id='ann/candles', repo_type='dataset', create_pr=True)
result = [info.pr_url, HfApi().dataset_info('ann/candles').sha, info.pr_revision]
""",
        token="hf_bob_write",
    )
    assert result[0].endswith("/discussions/1") and result[1] == before and result[2] == "refs/pr/1"


def test_errors_are_the_clients_own(client, world, tmp_path):
    upload(client, tmp_path, private=True, name="ann/secret")
    upload(client, tmp_path)
    world.admin("repository", {"kind": "model", "name": "ann/gated", "gated": ["ann"]})
    result = client(
        """
def name(function):
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return 'none'
api = HfApi()
stale = dict(repo_id='ann/candles', repo_type='dataset', path_or_fileobj=b'1', path_in_repo='x', parent_commit='1' * 40)
result = [
    name(lambda: api.dataset_info('ann/nothing')), name(lambda: api.dataset_info('ann/secret')),
    name(lambda: hub.hf_hub_download('ann/candles', 'none', repo_type='dataset')),
    name(lambda: hub.hf_hub_download('ann/candles', 'README.md', repo_type='dataset', revision='none')),
    name(lambda: hub.hf_hub_download('ann/gated', 'README.md')),
    name(lambda: api.create_repo('ann/new')), name(lambda: api.create_repo('bob/own')), name(lambda: api.create_repo('bob/own'))]
""",
        token="hf_bob_write",
    )
    assert result == [
        "RepositoryNotFoundError",
        "RepositoryNotFoundError",
        "RemoteEntryNotFoundError",
        "RevisionNotFoundError",
        "GatedRepoError",
        "HfHubHTTPError",
        "none",
        "HfHubHTTPError",
    ]


def test_private_files_and_xet_headers(client, world, tmp_path):
    upload(client, tmp_path, private=True)
    size = "result = os.path.getsize(hub.hf_hub_download('ann/candles', 'a/big.bin', repo_type='dataset'))"
    assert client(size) == 5_120_000
    upload(client, tmp_path, name="ann/public")
    world.admin("settings", {"xet": True})
    code = """
from huggingface_hub import get_hf_file_metadata, hf_hub_url
metadata = get_hf_file_metadata(hf_hub_url('ann/public', 'a/big.bin', repo_type='dataset'))
result = [metadata.size, metadata.xet_file_data is not None, len(metadata.etag)]
"""
    assert client(code, xet=True) == [5_120_000, True, 64]


def test_the_client_resumes_what_was_dropped(client, world, tmp_path):
    upload(client, tmp_path)
    world.faults({"kind": "truncate", "method": "GET", "after": 1_000_000})
    size = "result = os.path.getsize(hub.hf_hub_download('ann/candles', 'a/big.bin', repo_type='dataset'))"
    assert client(size) == 5_120_000
    assert world.admin("left") == 0
