"""Much output of one cell, timed over bare sockets: 50,000 printed lines and 10,000 displays, for any kernel.

Messages are prepared before and parsed after the timed part, so that what is timed is the kernel and two sockets.
"""

import hashlib
import hmac
import json
import sys
import time
import uuid
from dataclasses import dataclass

import zmq

DEADLINE = 300
# How long to listen for what a kernel sends after it said that it is idle, in seconds without a message.
QUIET = 0.5


@dataclass(frozen=True)
class Outputs:
    """What one cell showed, counted in lines or displays. Times are seconds from the sending of the request."""

    before_idle: int
    after_idle: int
    first: float
    idle: float


def lines(connection, code):
    """Runs a cell that prints lines to stdout."""
    def count(kind, content):
        return content["text"].count("\n") if kind == "stream" and content["name"] == "stdout" else 0
    return run(connection, code, count)


def displays(connection, code):
    """Runs a cell that shows displays."""
    return run(connection, code, lambda kind, content: int(kind == "display_data"))


def run(connection, code, count):
    """- connection: the members of the connection file, as a dictionary."""
    context = zmq.Context()
    try:
        subscriber, dealer = (socket(context, connection, *kind) for kind in ((zmq.SUB, "iopub"), (zmq.DEALER, "shell")))
        subscriber.subscribe(b"")
        join(connection, subscriber, dealer)
        identifier, request = message(connection, "execute_request", {
            "code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True})
        received, start, idle = [], time.perf_counter(), None
        dealer.send_multipart(request)
        while subscriber.poll(1000 * (DEADLINE if idle is None else QUIET)):
            parts = subscriber.recv_multipart()
            received.append((time.perf_counter() - start, parts))
            if idle is None and is_idle(parts, identifier):
                idle = received[-1][0]
        assert idle is not None, "the kernel never became idle"
    finally:
        context.destroy(linger=0)
    counted = [(when, count(*kind_and_content(parts))) for when, parts in received if identifier in parent(parts)]
    shown = [(when, number) for when, number in counted if number]
    return Outputs(
        sum(n for when, n in shown if when <= idle), sum(n for when, n in shown if when > idle), shown[0][0] if shown else idle, idle)


def socket(context, connection, kind, channel):
    socket = context.socket(kind)
    socket.rcvhwm = socket.sndhwm = 0
    socket.reconnect_ivl = 5
    socket.connect(f"tcp://{connection['ip']}:{connection[f'{channel}_port']}")
    return socket


def join(connection, subscriber, dealer):
    """Returns when a request is answered and its idle has come: both sockets are then known to the kernel."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        identifier, request = message(connection, "kernel_info_request", {})
        dealer.send_multipart(request)
        while subscriber.poll(500):
            if is_idle(subscriber.recv_multipart(), identifier):
                return
    raise TimeoutError("the kernel does not answer")


def message(connection, kind, content):
    """A signed message in frames, and its id."""
    identifier = uuid.uuid4().hex
    header = {
        "msg_id": identifier, "msg_type": kind, "session": "bench", "username": "bench", "date": "2026-01-01T00:00:00.000000Z",
        "version": "5.3"}
    parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
    key = connection["key"].encode()
    signature = hmac.new(key, b"".join(parts), hashlib.sha256).hexdigest() if key else ""
    return identifier.encode(), [b"<IDS|MSG>", signature.encode(), *parts]


def parent(parts):
    return parts[parts.index(b"<IDS|MSG>") + 3]


def kind_and_content(parts):
    start = parts.index(b"<IDS|MSG>")
    return json.loads(parts[start + 2])["msg_type"], json.loads(parts[start + 5])


def is_idle(parts, identifier):
    return len(parts[-1]) < 100 and b'"idle"' in parts[-1] and identifier in parent(parts)


def main():
    """`kernel_outputs.py CONNECTION_FILE lines|displays CODE_FILE`: one line of JSON about a running kernel."""
    file, kind, code = sys.argv[1:]
    with open(file) as connection, open(code) as text:
        outputs = {"lines": lines, "displays": displays}[kind](json.load(connection), text.read())
    print(json.dumps(outputs.__dict__))


if __name__ == "__main__":
    main()
