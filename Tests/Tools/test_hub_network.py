"""What lies between Apus and a hub: certificates and proxies."""

import os
import subprocess
import uuid

import nbformat
import pytest

from hub_process import running_hub

TOKEN = "hf_ann_write"


def run(apus, folder, *cells, **variables):
    """Runs cells headless with nothing of the caller's network settings; returns the process and all that it said."""
    ours = ("HF_", "HUGGING", "HTTP", "ALL_", "NO_", "SSL_", "CURL_", "REQUESTS_")
    kept = {key: value for key, value in os.environ.items() if not key.upper().startswith(ours)}
    environment = dict(kept, HOME=str(folder), HF_HOME=str(folder / "hf"), HF_TOKEN=TOKEN, **variables)
    name = uuid.uuid4().hex
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), folder / f"{name}.ipynb")
    command = [apus, "run", f"{name}.ipynb", "-o", f"{name}.out.ipynb"]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120)
    return done, done.stdout + done.stderr + (folder / f"{name}.out.ipynb").read_text()


def fill(world, tmp_path):
    (tmp_path / "x.bin").write_bytes(bytes(range(256)) * 1000)
    world.admin("file", {"kind": "model", "name": "ann/public", "path": "x.bin", "file": str(tmp_path / "x.bin")})
    world.admin("file", {"kind": "model", "name": "ann/secret", "path": "x.bin", "file": str(tmp_path / "x.bin")})
    # Gated files come from the hub itself, without the CDN.
    world.admin("repository", {"kind": "model", "name": "ann/secret", "gated": ["ann"]})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run(command + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    with open(path, "a") as both:
        both.write(open(f"{path}.crt").read())
    return path


def test_an_encrypted_hub_must_prove_who_it_is(apus, certificate, tmp_path):
    with running_hub("--certificate", str(certificate)) as server:
        world = server.world("tls")
        fill(world, tmp_path)
        snapshot = "%%snapshot --type model --repo ann/"
        done, text = run(apus, tmp_path, "%%auth", HF_ENDPOINT=world.endpoint)
        assert done.returncode == 1 and "could not prove who it is" in text and "SSL_CERT_FILE" in text
        assert world.log() == [], "nothing is said to a server that nobody knows"
        trusted = dict(HF_ENDPOINT=world.endpoint, SSL_CERT_FILE=f"{certificate}.crt")
        done, text = run(apus, tmp_path, "%%auth", snapshot + "secret", **trusted)
        assert done.returncode == 0, text
        done, text = run(apus, tmp_path, "%%auth", snapshot + "public", **trusted)
        assert done.returncode == 1 and "unencrypted connection" in text, "the CDN of the test speaks plain HTTP"
        assert not [request for request in world.log() if request["server"] == "CDN"]


def test_a_proxy_of_the_environment_is_used_and_may_be_excepted(apus, tmp_path):
    with running_hub() as server:
        world = server.world("proxied")
        fill(world, tmp_path)
        # The server is its own proxy: a proxy gets the whole URL, of a host that nobody else could find.
        endpoint = "http://hub.invalid/w/proxied"
        done, text = run(apus, tmp_path, "%%auth", "%%snapshot --type model --repo ann/secret", HF_ENDPOINT=endpoint, http_proxy=server.url)
        assert done.returncode == 0, text
        assert len(world.log()) > 2
        done, text = run(apus, tmp_path, "%%auth", HF_ENDPOINT=endpoint, http_proxy=server.url, no_proxy="hub.invalid")
        assert "cannot be reached" in text and world.log() == []
