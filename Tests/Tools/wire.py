"""A kernel and its clients over bare ZeroMQ sockets. Whatever the kernel sends is checked against the protocol when it is received."""

import datetime
import hashlib
import hmac
import json
import os
import socket
import subprocess
import time
import uuid
from dataclasses import dataclass

import pytest
import zmq

from protocol_check import DELIMITER, Brackets, Message, check

DEADLINE = 60
CHANNELS = ("shell", "control", "stdin", "iopub", "hb")


@dataclass(frozen=True)
class Answer:
    """The reply to a request, and what iopub said about the request from its busy to its idle."""

    reply: Message
    published: list

    @property
    def content(self):
        return self.reply.content

    @property
    def kinds(self):
        return [m.kind for m in self.published]

    def of(self, kind):
        return [m.content for m in self.published if m.kind == kind]


@pytest.fixture
def kernel(apus, jupyter_environment, tmp_path):
    kernel = Kernel(apus, jupyter_environment, tmp_path / "kernel")
    yield kernel
    kernel.stop()


@pytest.fixture
def client(kernel):
    client = kernel.client()
    yield client
    client.close()


class Kernel:
    """A kernel process with a connection file of its own."""

    def __init__(self, apus, environment, folder, *arguments, key=b"a key of the tests"):
        self.key, self.ports = key, free_ports(len(CHANNELS))
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "connection.json"
        file.write_text(json.dumps({
            "transport": "tcp", "ip": "127.0.0.1", "key": key.decode(), "signature_scheme": "hmac-sha256",
            **{f"{channel}_port": port for channel, port in self.ports.items()}}))
        # Nothing of other kernels is in sight: no history, no journals, no tokens.
        environment = dict(environment, XDG_DATA_HOME=str(folder / "data"), XDG_STATE_HOME=str(folder / "state"))
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "JPY_PARENT_PID", "JPY_SESSION_NAME"):
            environment.pop(name, None)
        self.log = folder / "log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([apus, "kernel", "-f", str(file), *arguments], env=environment, cwd=folder, stderr=log)
        self.context = zmq.Context()
        # Requests by their header: whose parent_header a message may carry.
        self.requests = {}
        self.session = None

    def client(self, **options):
        return Client(self, **options)

    def signature(self, parts):
        return hmac.new(self.key, b"".join(parts), hashlib.sha256).hexdigest().encode() if self.key else b""

    def resident(self, kind="VmRSS"):
        """KB of memory of the kernel and its session process; with `RssAnon`, without what they have read from their files."""
        kernel = self.process.pid
        children = [pid for task in os.listdir(f"/proc/{kernel}/task") for pid in read(f"/proc/{kernel}/task/{task}/children").split()]
        total = 0
        for pid in [kernel, *children]:
            total += next((int(line.split()[1]) for line in read(f"/proc/{pid}/status").splitlines() if line.startswith(kind)), 0)
        return total

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.context.destroy(linger=0)


class Client:
    """One front end. Its sockets are used by one thread."""

    def __init__(self, kernel, topic=b""):
        self.kernel, self.topic, self.name = kernel, topic, uuid.uuid4().hex
        self.sockets, self.inbox, self.shown = {}, {}, {}
        # The ids of what was sent, and of what was received: each is given once.
        self.ids, self.received = set(), set()
        self.brackets = Brackets()
        for channel in ("shell", "control", "stdin"):
            self.sockets[channel] = self._connect(channel, zmq.DEALER)
        self.sockets["iopub"] = self._connect("iopub", zmq.SUB)
        self.sockets["iopub"].subscribe(topic)
        welcome = self.receive("iopub")
        while welcome.kind != "iopub_welcome" or welcome.topic != topic:
            welcome = self.receive("iopub")
        assert welcome.content["subscription"] == topic.decode()

    def _connect(self, channel, kind):
        socket = self.kernel.context.socket(kind)
        # The stdin socket has the identity of the shell socket: the kernel asks who sent the cell.
        socket.identity = self.name.encode()
        socket.linger, socket.sndhwm, socket.rcvhwm, socket.reconnect_ivl = 0, 0, 0, 5
        socket.connect(f"tcp://127.0.0.1:{self.kernel.ports[channel]}")
        return socket

    def close(self):
        for socket in self.sockets.values():
            socket.close()

    # MARK: Sending

    def send(self, kind, content=None, channel="shell", parent=None, **header):
        """Sends a signed message, and returns its id."""
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.name, "username": "tests", "version": "5.5",
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(), **header}
        self.send_parts([json.dumps(part).encode() for part in (header, parent or {}, {}, {} if content is None else content)], channel)
        self.ids.add(header["msg_id"])
        return header["msg_id"]

    def send_parts(self, parts, channel="shell"):
        self.kernel.requests[parts[0]] = channel
        self.sockets[channel].send_multipart([DELIMITER, self.kernel.signature(parts), *parts])

    def execute(self, code, channel="shell", subshell=None, **options):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True, "stop_on_error": True}
        header = {"subshell_id": subshell} if subshell else {}
        return self.send("execute_request", {**content, **options}, channel, **header)

    def ask(self, kind, content=None, channel="shell"):
        """Sends a request and waits for everything that it causes."""
        return self.answer(self.send(kind, content, channel), channel)

    def run(self, code, **options):
        return self.answer(self.execute(code, **options))

    # MARK: Receiving

    def answer(self, request, channel="shell"):
        return Answer(self.reply(request, channel), self.published(request))

    def reply(self, request, channel="shell"):
        while request not in self.inbox:
            message = self.receive(channel)
            assert message.parent["msg_id"] in self.ids, f"an answer to somebody else: {message}"
            assert self.inbox.setdefault(message.parent["msg_id"], message) is message, f"a second reply: {message}"
        return self.inbox.pop(request)

    def published(self, request):
        """What iopub says about a request, up to its idle. What it says about others is kept."""
        while not (self.shown.get(request) and self.shown[request][-1].state == "idle"):
            message = self.receive("iopub")
            self.shown.setdefault(message.parent.get("msg_id"), []).append(message)
        return self.shown.pop(request)

    def receive(self, channel, deadline=DEADLINE):
        """The next message of a channel, checked."""
        assert self.sockets[channel].poll(deadline * 1000), f"nothing came on {channel}; the kernel says: {read(self.kernel.log)[-2000:]}"
        message = check(self.kernel, channel, self.sockets[channel].recv_multipart())
        assert message.header["msg_id"] not in self.received, f"an id came twice: {message}"
        self.received.add(message.header["msg_id"])
        # What others ask may be under way when this client comes, and a topic may leave out their states.
        if channel == "iopub" and not self.topic and message.parent.get("msg_id") in self.ids:
            self.brackets.take(message)
        return message

    def is_silent(self, channel):
        """Whether nothing more is there. To be asked when something sent after it has arrived."""
        return not self.sockets[channel].poll(0)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = dict(zip(CHANNELS, [s.getsockname()[1] for s in sockets]))
    for s in sockets:
        s.close()
    return ports


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return ""


def at_rest(measure):
    """What `measure` gives once that has not changed for longer than a kernel waits before it gives back what is free."""
    deadline = time.monotonic() + DEADLINE
    value, since = measure(), time.monotonic()
    while time.monotonic() - since < 2.5:
        assert time.monotonic() < deadline, f"still changing: {value}"
        time.sleep(0.05)
        if (new := measure()) != value:
            value, since = new, time.monotonic()
    return value


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.05)
