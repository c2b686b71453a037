"""Much output: through a real Jupyter server, whose limits drop what exceeds them, and to a reader that stops reading."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
import uuid

import pytest
import websocket

from test_kernel_protocol import client, manager, reply_to  # noqa: F401

DEADLINE = 120


@pytest.fixture(scope="module")
def server(jupyter_environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    log = open(folder / "log", "w")
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         "--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}"],
        env=jupyter_environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=1)
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


@pytest.fixture
def notebook_kernel(server):
    """A function that runs a cell through the server and returns what the server let through, up to its idle."""
    request = urllib.request.Request(
        f"http://{server}/api/sessions", method="POST", headers={"Content-Type": "application/json"},
        data=json.dumps({"name": "n", "path": "n.ipynb", "type": "notebook", "kernel": {"name": "apus"}}).encode())
    session = json.load(urllib.request.urlopen(request))
    connection = websocket.create_connection(f"ws://{server}/api/kernels/{session['kernel']['id']}/channels", timeout=DEADLINE)

    def run(code):
        message_id = uuid.uuid4().hex
        connection.send(json.dumps({
            "channel": "shell", "parent_header": {}, "metadata": {}, "buffers": [],
            "header": {"msg_id": message_id, "msg_type": "execute_request", "session": "s", "username": "", "date": "", "version": "5.3"},
            "content": {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}}))
        messages = []
        while True:
            message = json.loads(connection.recv())
            if message["parent_header"].get("msg_id") != message_id or message["channel"] != "iopub":
                continue
            messages.append(message)
            if message["content"].get("execution_state") == "idle":
                return messages

    yield run
    connection.close()
    urllib.request.urlopen(urllib.request.Request(f"http://{server}/api/sessions/{session['id']}", method="DELETE"))


def printed(messages):
    """All printed text, whether it came as streams or as displays."""
    return "".join(m["content"].get("text") or m["content"].get("data", {}).get("text/plain", "") for m in messages)


def repeated(count):
    """A cell that prints the list of magics so often."""
    return "\n".join(["%lsmagic"] * count)


def refused(messages):
    return [m for m in messages if "rate exceeded" in m["content"].get("text", "")]


def test_fifty_megabytes_of_text_pass_the_server(notebook_kernel):
    one = printed(notebook_kernel("%lsmagic"))
    count = 50_000_000 // len(one.encode()) + 1
    messages = notebook_kernel(repeated(count))
    assert not refused(messages)
    text = printed(messages)
    assert len(text) == len(one) * count and text == one * count


def test_fifty_thousand_lines_pass_the_server_as_streams(notebook_kernel):
    # A little under what the server takes in three seconds.
    one = printed(notebook_kernel("%lsmagic"))
    count = 500_000 // len(one.encode())
    messages = notebook_kernel(repeated(count))
    assert {m["header"]["msg_type"] for m in messages} == {"status", "execute_input", "stream"}
    assert printed(messages) == one * count


def test_ten_thousand_displays_pass_the_server(notebook_kernel):
    code = "\n".join(f"let n = {number}\n%parameters" for number in range(10_000))
    messages = notebook_kernel(code)
    assert not refused(messages)
    shown = [m["content"]["data"]["text/plain"] for m in messages if m["header"]["msg_type"] == "display_data"]
    assert [int(re.search(r"(\d+)\s*$", text).group(1)) for text in shown] == list(range(10_000))


def test_a_reader_that_stops_reading_loses_nothing(client):  # noqa: F811
    """Nothing is read from iopub until all of it was sent: 10,000 displays and 20 MB of text."""
    displays = client.execute("\n".join(f"let n = {number}\n%parameters" for number in range(10_000)))
    text = client.execute(repeated(10_000))
    assert reply_to(client, displays)["content"]["status"] == reply_to(client, text)["content"]["status"] == "ok"
    seen = {displays: [], text: []}
    while not (seen[text] and seen[text][-1]["content"].get("execution_state") == "idle"):
        message = client.get_iopub_msg(timeout=DEADLINE)
        seen.get(message["parent_header"].get("msg_id"), []).append(message)
    shown = [m["content"]["data"]["text/plain"] for m in seen[displays] if m["msg_type"] == "display_data"]
    assert [int(re.search(r"(\d+)\s*$", s).group(1)) for s in shown] == list(range(10_000))
    whole = printed(seen[text])
    assert len(whole) % 10_000 == 0 and whole == whole[: len(whole) // 10_000] * 10_000
