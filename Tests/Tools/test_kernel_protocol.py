"""The kernel with the real jupyter_client: what a front end relies on, also in hard moments."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest
import zmq
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.session import Session

from wire import at_rest

TIMEOUT = 20
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Cells of the language that need no data and no training. The password prompt runs until it is answered or interrupted.
QUICK = "let answer = 42"
PRINTS = "%lsmagic"
FAILS = "%%nosuch"
ASKS = "%%auth --hub https://127.0.0.1:1 --prompt"


@pytest.fixture
def manager(jupyter_environment, tmp_path):
    """Starts kernels and leaves none behind."""
    specs = KernelSpecManager(kernel_dirs=[jupyter_environment["JUPYTER_PATH"] + "/kernels"])
    environment = dict(jupyter_environment)
    # A prompt only appears where no token is found.
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        environment.pop(name, None)
    manager = KernelManager(kernel_name="apus", kernel_spec_manager=specs, connection_file=str(tmp_path / "kernel.json"))
    manager.start_kernel(env=environment, stderr=subprocess.DEVNULL)
    yield manager
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


@pytest.fixture
def client(manager):
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=TIMEOUT)
    yield client
    client.stop_channels()


def reply_to(client, message_id, channel="shell"):
    """The reply to one request. Replies to others that come before it are kept for their turn."""
    kept = client.__dict__.setdefault("kept_replies", {})
    get = client.get_shell_msg if channel == "shell" else client.get_control_msg
    deadline = time.monotonic() + TIMEOUT
    while message_id not in kept:
        reply = get(timeout=max(0.1, deadline - time.monotonic()))
        kept[reply["parent_header"]["msg_id"]] = reply
    return kept.pop(message_id)


def published(client, message_id):
    """Everything that iopub says about a request, up to its idle."""
    messages = []
    deadline = time.monotonic() + TIMEOUT
    while True:
        message = client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
        if message["parent_header"].get("msg_id") != message_id:
            continue
        messages.append(message)
        if message["content"].get("execution_state") == "idle":
            return messages


def start_question(client):
    """Starts a cell that waits for a password, and returns its id and the question."""
    message_id = client.execute(ASKS, allow_stdin=True)
    return message_id, client.get_stdin_msg(timeout=TIMEOUT)


def control(client, kind, content=None):
    message = client.session.msg(kind, content or {})
    client.control_channel.send(message)
    return reply_to(client, message["header"]["msg_id"], "control")


def is_alive(client):
    return reply_to(client, client.execute(QUICK))["content"]["status"] == "ok"


def test_kernelspec(jupyter_environment, apus):
    folder = pathlib.Path(jupyter_environment["JUPYTER_PATH"]) / "kernels" / "apus"
    spec = json.loads((folder / "kernel.json").read_text())
    assert spec["argv"] == [os.path.realpath(apus), "kernel", "-f", "{connection_file}"]
    assert (spec["display_name"], spec["language"], spec["interrupt_mode"]) == ("Apus", "swift", "message")
    for logo in ("logo-32x32.png", "logo-64x64.png", "logo-svg.svg"):
        assert (folder / logo).read_bytes() == (REPOSITORY / "kernelspec" / logo).read_bytes()


def test_install_replaces_what_was_there_and_refuses_bad_names(apus, tmp_path):
    command = [apus, "install", "--prefix", str(tmp_path), "--name", "apus-dev", "--display-name", 'Apus "dev"']
    for _ in range(2):
        subprocess.run(command, check=True, capture_output=True)
    folder = tmp_path / "share" / "jupyter" / "kernels"
    assert os.listdir(folder) == ["apus-dev"]
    assert json.loads((folder / "apus-dev" / "kernel.json").read_text())["display_name"] == 'Apus "dev"'
    for bad in (["--name", "../x"], ["--user", "--sys-prefix"]):
        assert subprocess.run([apus, "install", *bad], capture_output=True).returncode == 2
    result = subprocess.run([apus, "install", "--prefix", "/proc/nowhere"], capture_output=True, text=True)
    assert result.returncode == 1 and "/proc/nowhere" in result.stderr


def test_kernel_info(client):
    reply = reply_to(client, client.kernel_info())
    content = reply["content"]
    assert content["status"] == "ok" and content["implementation"] == "apus"
    assert content["protocol_version"] == reply["header"]["version"] == "5.5"
    language = content["language_info"]
    assert (language["name"], language["mimetype"], language["file_extension"]) == ("swift", "text/x-swift", ".swift")
    assert control(client, "kernel_info_request")["content"]["implementation"] == "apus"


def test_outputs_stand_between_busy_and_idle(client):
    message_id = client.execute(PRINTS)
    messages = published(client, message_id)
    kinds = [m["msg_type"] for m in messages]
    assert kinds[:2] == ["status", "execute_input"] and kinds[-1] == "status"
    assert messages[0]["content"]["execution_state"] == "busy"
    assert "%%train" in "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
    content = reply_to(client, message_id)["content"]
    assert content["status"] == "ok" and content["execution_count"] == messages[1]["content"]["execution_count"]


def test_parent_header_is_an_exact_copy(client):
    """On the wire: unknown members, large numbers and spaces come back byte for byte."""
    session = client.session
    header = b'{ "msg_id":"m1", "msg_type":"kernel_info_request" ,"session":"s", "n": 123456789012345678901234567890, "x": 1.10 }'
    parts = [header, b"{}", b"{}", b"{}"]
    client.shell_channel.socket.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
    frames = client.shell_channel.socket.recv_multipart()
    delimiter = frames.index(b"<IDS|MSG>")
    assert frames[delimiter + 3] == header


def test_execution_count_and_history(client):
    counts = [
        reply_to(client, client.execute(QUICK, silent=silent, store_history=store))["content"]["execution_count"]
        for silent, store in [(False, True), (True, True), (False, False), (False, True)]
    ]
    assert counts == [1, 1, 1, 2]
    history = reply_to(client, client.history(hist_access_type="tail", n=2))["content"]["history"]
    assert [entry[1:] for entry in history] == [[1, QUICK], [2, QUICK]]


def test_error_in_reply_and_on_iopub(client):
    message_id = client.execute(FAILS)
    content = reply_to(client, message_id)["content"]
    errors = [m["content"] for m in published(client, message_id) if m["msg_type"] == "error"]
    assert content["status"] == "error" and len(errors) == 1
    assert errors[0]["ename"] == content["ename"] and "nosuch" in content["evalue"]
    assert is_alive(client)


def test_error_aborts_what_was_sent_with_it_and_nothing_after(client):
    ids = [client.execute(code) for code in (FAILS, QUICK, QUICK)]
    info = client.kernel_info()
    replies = {}
    while len(replies) < 4:
        reply = client.get_shell_msg(timeout=TIMEOUT)
        replies[reply["parent_header"]["msg_id"]] = reply["content"]
    assert [replies[i]["status"] for i in ids] == ["error", "aborted", "aborted"]
    assert replies[info]["status"] == "ok"
    assert is_alive(client)
    ids = [client.execute(FAILS, stop_on_error=False), client.execute(QUICK)]
    assert [reply_to(client, i)["content"]["status"] for i in ids] == ["error", "ok"]


def test_everything_answers_while_a_cell_runs(client):
    cell, _ = start_question(client)
    start = time.monotonic()
    for message_id in (
        client.kernel_info(),
        client.complete("%%tra", 5),
        client.inspect("%%train", 4),
        client.is_complete("let xs = [1,"),
        client.history(hist_access_type="tail", n=1),
        client.comm_info(),
    ):
        assert reply_to(client, message_id)["content"]["status"] in ("ok", "incomplete")
    assert control(client, "kernel_info_request")["content"]["status"] == "ok"
    assert time.monotonic() - start < 5
    heartbeat(client)
    control(client, "interrupt_request")
    assert reply_to(client, cell)["content"]["status"] == "error"


def heartbeat(client):
    info = client.get_connection_info()
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.linger = 0
    socket.rcvtimeo = 5000
    socket.connect(f"tcp://{info['ip']}:{info['hb_port']}")
    socket.send(b"ping")
    assert socket.recv() == b"ping"
    socket.close()


@pytest.mark.parametrize("way", ["message", "signal"])
def test_interrupt(client, manager, way):
    """The cell ends with an error, what waits behind it is aborted, the next one runs; harmless when idle."""
    cell, question = start_question(client)
    assert question["msg_type"] == "input_request" and question["content"]["password"]
    behind = client.execute(QUICK)
    if way == "message":
        assert control(client, "interrupt_request")["content"]["status"] == "ok"
    else:
        os.kill(manager.provisioner.pid, signal.SIGINT)
    assert reply_to(client, cell)["content"]["ename"] == "Interrupted"
    assert reply_to(client, behind)["content"]["status"] == "aborted"
    assert is_alive(client)
    for _ in range(3):
        if way == "message":
            control(client, "interrupt_request")
        else:
            os.kill(manager.provisioner.pid, signal.SIGINT)
    # A signal that the kernel hears of late is for the cell that runs by then: each of the three may stop one.
    assert is_alive(client) or way == "signal" and any(is_alive(client) for _ in range(3))


def test_password_reaches_the_cell_and_no_output(client):
    cell, question = start_question(client)
    assert question["parent_header"]["msg_id"] == cell
    secret = "hf_" + "a1B2" * 8
    client.input(secret)
    reply = reply_to(client, cell)
    # There is no hub at this address: the cell fails, and says so without the token.
    assert reply["content"]["status"] == "error"
    assert secret not in json.dumps([reply["content"]] + [m["content"] for m in published(client, cell)])
    client.input("stale")
    assert is_alive(client)


def test_no_question_where_input_is_not_allowed(client):
    reply = reply_to(client, client.execute(ASKS, allow_stdin=False))
    assert reply["content"]["status"] == "error"
    assert not client.stdin_channel.msg_ready()


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("busy", [False, True])
def test_shutdown(client, manager, restart, busy):
    if busy:
        start_question(client)
    process = manager.provisioner.process
    start = time.monotonic()
    assert control(client, "shutdown_request", {"restart": restart})["content"] == {"status": "ok", "restart": restart}
    assert process.wait(timeout=TIMEOUT) == 0
    assert time.monotonic() - start < 1.5
    while (message := client.get_iopub_msg(timeout=TIMEOUT))["msg_type"] != "shutdown_reply":
        pass
    assert message["content"]["restart"] is restart


def test_restart_on_the_same_ports(client, manager):
    assert reply_to(client, client.execute(QUICK))["content"]["execution_count"] == 1
    ports = manager.get_connection_info()["shell_port"]
    for _ in range(3):
        manager.restart_kernel()
        client.wait_for_ready(timeout=TIMEOUT)
        assert manager.get_connection_info()["shell_port"] == ports
        assert reply_to(client, client.execute(QUICK))["content"]["execution_count"] == 1


def test_bad_messages_are_never_answered(client):
    socket = client.shell_channel.socket
    session = client.session
    message = session.msg("kernel_info_request")
    good = session.serialize(message)
    foreign = Session(key=b"another key").serialize(message)
    longer = [good[0], good[1] + b"0", *good[2:]]
    for frames in ([b""], [b"junk"], good[:3], foreign, longer, [b"\xff" * 1000] * 50):
        for _ in range(50):
            socket.send_multipart(frames)
    socket.send_multipart(good)
    socket.send_multipart(good)
    assert client.get_shell_msg(timeout=TIMEOUT)["parent_header"]["msg_id"] == message["header"]["msg_id"]
    assert is_alive(client), "and the replay was not answered in between"


def test_iopub_welcomes_every_subscriber(manager, client):
    for topic in (b"", b"", b"stream.stdout"):
        socket = manager.connect_iopub()
        socket.rcvtimeo = 5000
        socket.subscribe(topic)
        while True:
            route, frames = client.session.feed_identities(socket.recv_multipart())
            welcome = client.session.deserialize(frames)
            if route == [topic]:
                break
        assert welcome["msg_type"] == "iopub_welcome"
        assert welcome["content"]["subscription"] == topic.decode()
        assert welcome["parent_header"] == {}
        socket.close()


def test_ipc_and_empty_key(apus, jupyter_environment, tmp_path):
    manager = KernelManager(
        kernel_name="apus",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[jupyter_environment["JUPYTER_PATH"] + "/kernels"]),
        transport="ipc",
        ip=str(tmp_path / "ipc"),
        connection_file=str(tmp_path / "kernel.json"),
    )
    manager.session.key = b""
    manager.start_kernel(env=jupyter_environment)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=TIMEOUT)
        assert is_alive(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def test_encrypted_connection(jupyter_environment, tmp_path):
    manager = KernelManager(
        kernel_name="apus",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[jupyter_environment["JUPYTER_PATH"] + "/kernels"]),
        connection_file=str(tmp_path / "kernel.json"),
        transport_encryption="required",
    )
    manager.start_kernel(env=jupyter_environment)
    client = manager.client()
    client.start_channels()
    try:
        assert "curve_publickey" in json.loads((tmp_path / "kernel.json").read_text())
        client.wait_for_ready(timeout=TIMEOUT)
        assert is_alive(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


@pytest.mark.parametrize("text", [None, "", "{}", '{"transport":"pgm"}', "[1]"])
def test_bad_connection_file(apus, tmp_path, text):
    path = tmp_path / "kernel.json"
    if text is not None:
        path.write_text(text)
    result = subprocess.run([apus, "kernel", "-f", str(path)], capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode != 0 and str(path) in result.stderr


def test_taken_ports(apus, client, manager):
    result = subprocess.run([apus, "kernel", "-f", manager.connection_file], capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode != 0 and "already in use" in result.stderr
    assert is_alive(client), "the first kernel goes on"


def test_without_the_zeromq_library(apus, manager, tmp_path):
    (tmp_path / "libzmq.so.5").write_text("")  # found first, and no library
    result = subprocess.run(
        [apus, "kernel", "-f", manager.connection_file], env=dict(os.environ, LD_LIBRARY_PATH=str(tmp_path)), capture_output=True, text=True,
        timeout=TIMEOUT)
    assert result.returncode != 0 and "libzmq.so.5" in result.stderr and "package libzmq5" in result.stderr


def resident_kilobytes(process):
    return int(re.search(r"VmRSS:\s*(\d+) kB", pathlib.Path(f"/proc/{process}/status").read_text())[1])


def test_ten_thousand_cells_leave_next_to_no_memory_behind(client, manager):
    def run(count):
        for _ in range(count // 500):
            cells = [client.execute("") for _ in range(500)]
            for cell in cells:
                assert reply_to(client, cell)["content"]["status"] == "ok"
            published(client, cells[-1])

    def resident():
        return at_rest(lambda: resident_kilobytes(manager.provisioner.pid))

    run(5000)
    before = resident()
    run(10_000)
    # In KB. Cells that are kept would take more than twenty times as much.
    assert resident() - before < 500


@pytest.mark.parametrize("named", [True, False])
def test_leaves_when_its_launcher_dies(apus, manager, client, jupyter_environment, tmp_path, named):
    """A launcher starts a kernel and dies by SIGKILL; the kernel must not stay behind."""
    connection = json.loads(pathlib.Path(manager.connection_file).read_text())
    manager.shutdown_kernel()
    path = tmp_path / "orphan.json"
    path.write_text(json.dumps(connection))
    script = "import os, subprocess, sys, time\nsys.stdout.write(str(subprocess.Popen(sys.argv[1:]).pid) + '\\n')\nsys.stdout.flush()\ntime.sleep(60)"
    environment = dict(jupyter_environment)
    environment.pop("JPY_PARENT_PID", None)
    if named:
        script = "import os\nos.environ['JPY_PARENT_PID'] = str(os.getpid())\n" + script
    launcher = subprocess.Popen(
        [sys.executable, "-c", script, apus, "kernel", "-f", str(path)], stdout=subprocess.PIPE, env=environment, text=True
    )
    kernel = int(launcher.stdout.readline())
    heartbeat(client)
    launcher.kill()
    launcher.wait()
    deadline = time.monotonic() + TIMEOUT
    while is_running(kernel):
        assert time.monotonic() < deadline, "the kernel stayed behind"
        time.sleep(0.05)


def is_running(pid):
    try:
        return re.search(r"^State:\s+Z", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M) is None
    except FileNotFoundError:
        return False
