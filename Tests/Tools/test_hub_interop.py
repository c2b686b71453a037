"""The whole way over a server, with the real client on the other side.

A person uploads features with huggingface_hub; the first notebook runs headless against the server; huggingface_hub finds what it
downloaded in the shared cache and the model that it published. A marker token must show nowhere but in the requests.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import uuid

import nbformat
import pytest

from hub_process import running_hub

TOKEN = "hf_MarkerSecretMarker0123456789"
FEATURES = ["X_sequences.npy", "y_class.npy", "y_reg.npy", "scaler.pkl", "zigzag_points.json", "statistics.json"]


@pytest.fixture(scope="module")
def server():
    with running_hub() as server:
        yield server


@pytest.fixture
def world(server):
    world = server.world(uuid.uuid4().hex)
    world.admin("user", {"token": TOKEN, "name": "ann", "role": "write", "display": "laptop"})
    return world


@pytest.fixture
def environment(world, tmp_path):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    home = tmp_path / "home"
    home.mkdir()
    return dict(
        kept, HOME=str(home), HF_HOME=str(home / "hf"), HF_ENDPOINT=world.endpoint, HF_TOKEN=TOKEN, HF_HUB_DISABLE_XET="1", NO_PROXY="127.0.0.1"
    )


@pytest.fixture
def client(environment, tmp_path):
    """Runs code with huggingface_hub and returns what it assigns to `result`."""

    def run(code, **variables):
        code = f"import json, os, huggingface_hub as hub\nfrom huggingface_hub import HfApi\n{code}\nprint('\\n' + json.dumps(result))"
        done = subprocess.run(
            [sys.executable, "-c", code], env=dict(environment, **variables), cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture
def apus_run(apus, environment, tmp_path):
    """Runs cells headless; returns the process and the path of the executed notebook."""

    def run(*cells, check=True, **variables):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        source, output = tmp_path / f"{uuid.uuid4().hex}.ipynb", tmp_path / f"out-{uuid.uuid4().hex}.ipynb"
        nbformat.write(notebook, source)
        done = subprocess.run(
            [apus, "run", str(source), "-o", str(output), "--cwd", str(tmp_path)],
            env=dict(environment, **variables),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done, output

    return run


@pytest.fixture
def features(apus, client, environment, tmp_path):
    """Feature files of simulated candles, uploaded by the real client into the private dataset ann/candles."""
    subprocess.run([apus, "simulate", "--bars", "3000", "--out", str(tmp_path / "candles.csv")], env=environment, check=True, capture_output=True)
    command = [apus, "features", str(tmp_path / "candles.csv"), "--timeframe", "15m", "--out", str(tmp_path / "features")]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    client(f"""
api = HfApi()
api.create_repo('ann/candles', repo_type='dataset', private=True)
api.upload_folder(repo_id='ann/candles', repo_type='dataset', folder_path={str(tmp_path / 'features')!r}, path_in_repo='v2/BTC/15m')
result = None
""")


def contents(log):
    """The requests that fetched contents."""
    return [request for request in log if request["method"] == "GET" and ("/resolve" in request["path"] or request["server"] == "CDN")]


DOWNLOAD = "%%download --repo ann/candles --path v2/BTC/15m --timeframe 15m"


def test_the_eight_cells_over_a_server(apus_run, client, features, world, environment, tmp_path):
    cells = [
        "%%install", "%%auth", DOWNLOAD, "%%preprocess", "%%build --recipe multi-task-lstm", "%%train --epochs 2", "%%evaluate",
        "%%upload --repo ann/models --path v2/BTC/15m --create --private",
    ]  # fmt: skip
    world.log()
    done, output = apus_run(*cells)
    log = world.log()
    assert len(contents(log)) == len(FEATURES)
    assert sum("/commit/" in request["path"] for request in log) == 1
    assert not any(request["authorized"] for request in log if request["server"] == "CDN")
    files = client("result = sorted(HfApi().list_repo_files('ann/models'))")
    assert files == ["v2/BTC/15m/config.json", "v2/BTC/15m/model.h5", "v2/BTC/15m/scaler.pkl"]
    signature = client("result = open(hub.hf_hub_download('ann/models', 'v2/BTC/15m/model.h5'), 'rb').read(8).hex()")
    assert bytes.fromhex(signature) == b"\x89HDF\r\n\x1a\n"
    assert world.admin("commits", {"kind": "model", "name": "ann/models"})[1:] == ["initial commit"]
    # The token is in no output, notebook, journal, cache or log: nothing that was written anywhere has it.
    places = [tmp_path, pathlib.Path(os.environ["XDG_STATE_HOME"])]
    found = [path for place in places for path in place.rglob("*") if path.is_file() and not path.is_symlink() and b"Marker" in path.read_bytes()]
    assert found == []
    assert "Marker" not in done.stdout + done.stderr


def test_the_client_finds_what_apus_downloaded(apus_run, client, features, world):
    apus_run("%%auth", DOWNLOAD, "%%snapshot --repo ann/candles --include *.json")
    world.log()
    code = f"""
names = {FEATURES!r}
paths = [hub.hf_hub_download('ann/candles', 'v2/BTC/15m/15m_' + name, repo_type='dataset') for name in names]
folder = hub.snapshot_download('ann/candles', repo_type='dataset', allow_patterns='*.json')
result = [os.path.commonpath(paths) == folder + '/v2/BTC/15m', len(paths)]
"""
    assert client(code) == [True, len(FEATURES)]
    assert contents(world.log()) == []
    assert client(code, HF_HUB_OFFLINE="1") == [True, len(FEATURES)]
    assert world.log() == []


def test_apus_finds_what_the_client_downloaded(apus_run, client, features, world):
    client("result = hub.snapshot_download('ann/candles', repo_type='dataset')")
    world.log()
    done, output = apus_run("%%auth", DOWNLOAD)
    assert contents(world.log()) == []
    assert output.read_text().count("in the cache") >= len(FEATURES)
    apus_run("%%auth", DOWNLOAD, "%%snapshot --repo ann/candles --verify", HF_HUB_OFFLINE="1")
    assert world.log() == []


def test_a_killed_download_goes_on_in_another_process(apus, apus_run, client, world, environment, tmp_path):
    (tmp_path / "x.bin").write_bytes(os.urandom(8 << 20))
    client("HfApi().create_repo('ann/big'); HfApi().upload_file(path_or_fileobj='x.bin', path_in_repo='x.bin', repo_id='ann/big'); result = 0")
    world.log()
    world.faults({"kind": "stall", "method": "GET", "path": "^/[0-9a-f]{64}$", "after": 5 << 20, "seconds": 60})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in ("%%auth", "%%snapshot --repo ann/big --type model")])
    nbformat.write(notebook, tmp_path / "nb.ipynb")
    process = subprocess.Popen(
        [apus, "run", "nb.ipynb", "-o", "out.ipynb"], env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    blobs = tmp_path / "home" / "hf" / "hub" / "models--ann--big" / "blobs"
    deadline = time.monotonic() + 60
    while not [path for path in blobs.glob("*.incomplete") if path.stat().st_size == 5 << 20]:
        assert time.monotonic() < deadline and process.poll() is None, "the download did not get so far"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    world.faults()
    world.log()
    apus_run("%%auth", "%%snapshot --repo ann/big --type model")
    assert [request["range"] for request in contents(world.log())] == [f"bytes={5 << 20}-"]
    assert [path.read_bytes() for path in blobs.iterdir()] == [(tmp_path / "x.bin").read_bytes()]


def test_errors_name_the_next_step_and_never_the_token(apus_run, features, world, tmp_path):
    world.admin("repository", {"kind": "model", "name": "bob/gated", "gated": ["bob"]})
    cases = [
        ("%%snapshot --repo bob/gated --type model", None, "Ask for access at"),
        ("%%snapshot --repo ann/candels", None, "did you mean 'ann/candles'"),
        ("%%snapshot --repo ann/candles --type model", None, "Ask for the type dataset"),
        ("%%snapshot --repo ann/candles --revision mian", None, "did you mean 'main'"),
        ("%%download --repo ann/candles --path v2/BTC --timeframe 15m", None, "did you mean"),
        (DOWNLOAD, {"kind": "status", "status": 429, "headers": {"Retry-After": "4000"}}, "Try again in 4000 seconds"),
        (DOWNLOAD, {"kind": "status", "status": 403, "body": json.dumps({"error": f"token {TOKEN} is bad"})}, "role 'write'"),
        (DOWNLOAD, {"kind": "flip", "method": "GET", "path": "resolve", "after": 3, "times": 99}, "arrived damaged"),
        (DOWNLOAD, {"kind": "header", "method": "HEAD", "headers": {"ETag": '"none"', "X-Linked-Etag": '"none"'}}, "neither a SHA-256"),
    ]
    for cell, fault, expected in cases:
        # The first cell has asked its question when the fault begins.
        if fault:
            world.faults(dict(fault, path=fault.get("path", "candles")))
        done, output = apus_run("%%auth", cell, check=False)
        world.faults()
        text = done.stdout + done.stderr + output.read_text()
        assert done.returncode == 1 and expected in text, f"{cell} with {fault}: {text[-2000:]}"
        assert "Marker" not in text
