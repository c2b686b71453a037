"""Every request of the messaging protocol over bare sockets, and every message that it causes: `wire` checks each against the protocol."""

import json

import pytest
import zmq

from protocol_check import DELIMITER
from test_kernel_protocol import FAILS, PRINTS, QUICK
from wire import DEADLINE, Client, Kernel, client, kernel  # noqa: F401

# --- every request ---

REQUESTS = [
    ("kernel_info_request", {}, "ok"),
    ("execute_request", {"code": QUICK}, "ok"),
    ("execute_request", {"code": ""}, "ok"),
    ("execute_request", {"code": FAILS}, "error"),
    ("complete_request", {"code": "%%tra", "cursor_pos": 5}, "ok"),
    ("complete_request", {"code": "%%tra"}, "ok"),
    ("complete_request", {"code": "%%tra", "cursor_pos": 10**9}, "ok"),
    ("complete_request", {"code": "", "cursor_pos": -1}, "ok"),
    ("inspect_request", {"code": "%%train", "cursor_pos": 4, "detail_level": 0}, "ok"),
    ("inspect_request", {"code": "%%train", "cursor_pos": 4, "detail_level": 1}, "ok"),
    ("inspect_request", {"code": "nothing", "cursor_pos": 0}, "ok"),
    ("history_request", {"hist_access_type": "tail", "n": 3, "output": True, "raw": True}, "ok"),
    ("history_request", {"hist_access_type": "range", "session": 0, "start": 0, "stop": 9}, "ok"),
    ("history_request", {"hist_access_type": "search", "pattern": "*", "n": 3, "unique": True}, "ok"),
    ("history_request", {}, "ok"),
    ("is_complete_request", {"code": QUICK}, "complete"),
    ("is_complete_request", {"code": "let xs = [1,"}, "incomplete"),
    ("is_complete_request", {"code": 'let x = "abc'}, "invalid"),
    ("comm_info_request", {}, "ok"),
    ("comm_info_request", {"target_name": "jupyter.widget"}, "ok"),
    ("interrupt_request", {}, "ok"),
    # Deprecated, or optional features that kernel_info does not name.
    ("connect_request", {}, "error"),
    ("debug_request", {"seq": 1, "type": "request", "command": "initialize", "arguments": {}}, "error"),
    ("create_subshell_request", {}, "ok"),
    ("list_subshell_request", {}, "ok"),
    ("nonsense_request", {}, "error"),
    ("delete_subshell_request", {"subshell_id": "1"}, "error"),
    # Contents that the protocol does not allow.
    ("delete_subshell_request", {}, "error"),
    ("delete_subshell_request", {"subshell_id": 1}, "error"),
    ("execute_request", {}, "error"),
    ("execute_request", {"code": 7}, "error"),
    ("execute_request", {"code": QUICK, "silent": "yes"}, "error"),
    ("execute_request", {"code": QUICK, "user_expressions": []}, "error"),
    ("execute_request", {"code": QUICK, "user_expressions": {"a": 1}}, "error"),
    ("complete_request", {"code": None}, "error"),
    ("complete_request", {"code": "%", "cursor_pos": "1"}, "error"),
    ("inspect_request", {"cursor_pos": 0}, "error"),
    ("is_complete_request", {"code": ["a"]}, "error"),
    ("history_request", {"hist_access_type": "all"}, "error"),
    ("history_request", {"hist_access_type": "range", "session": "x"}, "error"),
    ("shutdown_request", {"restart": 1}, "error"),
]


@pytest.mark.parametrize("channel", ["shell", "control"])
def test_every_request_is_answered_as_the_protocol_says(client, channel):
    assert client.run("let answer = 42").content["status"] == "ok"
    for kind, content, status in REQUESTS:
        answer = client.ask(kind, content, channel)
        assert answer.content["status"] == status, (kind, content, answer.content)
        if kind != "execute_request":
            assert answer.kinds == ["status", "status"], (kind, answer.kinds)
        elif "execute_input" not in answer.kinds:
            assert answer.kinds == ["status", "status"] and status == "error", "refused, and never run"
    assert client.is_silent("stdin")


@pytest.mark.parametrize("kind", ["comm_open", "comm_msg", "comm_close"])
@pytest.mark.parametrize("channel", ["shell", "control"])
def test_comms_of_unknown_targets(client, kind, channel):
    """What cannot be opened is closed; the rest has no answer but its busy and idle."""
    request = client.send(kind, {"comm_id": "c1", "target_name": "jupyter.widget", "data": {"state": {}}}, channel)
    published = client.published(request)
    closed = [m.content for m in published if m.kind == "comm_close"]
    assert closed == ([{"comm_id": "c1", "data": {}}] if kind == "comm_open" else [])
    assert client.ask("comm_info_request", {"target_name": "jupyter.widget"}).content["comms"] == {}
    assert client.is_silent(channel), "a comm message has no reply"


def test_messages_that_are_no_requests(client):
    """They are handled, so they have their busy and idle; nobody waits for a reply to them."""
    for kind in ("input_reply", "execute_reply", "unknown", "_request_"):
        assert [m.kind for m in client.published(client.send(kind, {"value": "x"}))] == ["status", "status"]
    client.send("input_reply", {"value": "nobody asked"}, "stdin")
    client.send("execute_request", {"code": QUICK}, "stdin")
    assert client.run(QUICK).content["status"] == "ok"
    assert client.is_silent("shell") and client.is_silent("stdin")


# --- iopub_welcome ---


def test_every_subscriber_is_welcomed_and_sees_its_topic_only(kernel):
    first, second, topic = kernel.client(), kernel.client(), kernel.client(topic=b"stream.stdout")
    answer = first.run(PRINTS)
    assert "display_data" in first.run("let answer = 42\n%parameters").kinds
    message = topic.receive("iopub")
    assert message.kind == "stream" and message.content == answer.of("stream")[0]
    assert {m.kind for m in second.published(answer.reply.parent["msg_id"])} == {"status", "execute_input", "stream"}
    assert first.run(PRINTS).content["status"] == "ok"
    assert topic.receive("iopub").kind == "stream", "and nothing else between the two"
    for client in (first, second, topic):
        client.close()


def test_subscriptions_that_no_client_sends(kernel, client):
    """They are not signed: anybody who reaches the port may send any bytes."""
    for topic in (b"\xff\xfe", "é😀".encode(), b"x" * 4095, b"x" * 60_000, b"\0"):
        socket = kernel.context.socket(zmq.SUB)
        socket.connect(f"tcp://127.0.0.1:{kernel.ports['iopub']}")
        socket.subscribe(topic)
        if len(topic) < 4096:
            assert socket.poll(DEADLINE * 1000)
            frames = socket.recv_multipart()
            assert frames[0] == topic
            assert json.loads(frames[frames.index(DELIMITER) + 5])["subscription"] == topic.decode(errors="replace")
        socket.close(linger=0)
    assert client.run(QUICK).content["status"] == "ok"


# --- the end ---


@pytest.mark.parametrize("restart", [False, True])
def test_shutdown(kernel, client, restart):
    request = client.send("shutdown_request", {"restart": restart}, "control")
    assert client.reply(request, "control").content == {"status": "ok", "restart": restart}
    published = client.published(request)
    assert [m.kind for m in published] == ["status", "shutdown_reply", "status"]
    assert published[1].content["restart"] is restart
    assert kernel.process.wait(DEADLINE) == 0


def test_an_empty_key_means_no_signatures(apus, jupyter_environment, tmp_path):
    kernel = Kernel(apus, jupyter_environment, tmp_path / "open", key=b"")
    client = Client(kernel)
    for kind, content, status in REQUESTS:
        assert client.ask(kind, content).content["status"] == status
    client.close()
    kernel.stop()
