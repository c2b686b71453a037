"""Whoever reaches the ports may send anything: garbage, connections that say nothing, messages without the key."""

import os
import random
import socket
import struct
import time

import pytest
import zmq

from protocol_check import DELIMITER
from test_kernel_protocol import QUICK
from wire import CHANNELS, client, kernel, read, wait_until  # noqa: F401

# The greeting of ZMTP 3.0 with the NULL mechanism.
GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\0" + b"NULL".ljust(20, b"\0") + b"\0" + b"\0" * 31
FLOOD = 20_000
LARGE = 2_000_000
ROOM = 24 << 10  # KB


def ready(kind):
    """The command with which a socket of a kind ends its handshake."""
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    return b"\x04" + bytes([len(body)]) + body


def shake_hands(kernel, channel):
    """A connection on which a socket would now send messages. Who sends them before it has heard READY is hung up on."""
    connection = socket.create_connection(("127.0.0.1", kernel.ports[channel]))
    connection.settimeout(20)
    connection.sendall(GREETING + ready(b"SUB" if channel == "iopub" else b"DEALER"))
    hear(connection, b"READY")
    return connection


def hear(connection, word):
    heard = b""
    while word not in heard:
        heard += (some := connection.recv(4096))
        assert some, f"the kernel hung up after {heard}"


def is_well(kernel):
    """A client that comes now is welcomed, answered and served."""
    client = kernel.client()
    assert client.ask("kernel_info_request", channel="control").content["status"] == "ok"
    content = client.run("let answer = 6", user_expressions={"answer": "answer"}).content
    assert content["user_expressions"]["answer"]["data"]["text/plain"] == "6"
    client.close()
    return True


def garbage(random):
    """Whether hands are shaken first, and what is sent."""
    frame = random.randbytes(random.randint(0, 2000))
    command = ready(b"DEALER")
    return random.choice([
        (False, b""),
        (False, frame),
        (False, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20),
        (False, GREETING[:random.randint(1, 63)]),
        (False, GREETING + frame),
        (False, GREETING + command[:random.randint(0, len(command))]),
        (False, GREETING + command + b"\x00\x05early"),
        (True, b""),
        (True, frame),
        # Frames that say they are longer than anything is.
        (True, b"\x02" + struct.pack(">Q", 1 << 62) + frame),
        (True, b"\x02" + struct.pack(">Q", (1 << 64) - 1)),
        # A message that never ends, empty ones, and one that ends in the middle.
        (True, b"\x01\x01x" * 2000),
        (True, b"\x00\x00" * 2000),
        (True, b"\x00\xffhalf"),
    ])


def descriptors(kernel):
    return len(os.listdir(f"/proc/{kernel.process.pid}/fd"))


def test_garbage_and_connections_that_say_nothing(kernel, client):  # noqa: F811
    seed = time.time_ns()
    print(f"garbage on the ports, seed {seed}")
    generator = random.Random(seed)
    assert is_well(kernel)
    memory, open_files = kernel.resident(), descriptors(kernel)
    silent = []
    for turn in range(60):
        for channel in CHANNELS:
            shakes, sent = garbage(generator)
            address = ("127.0.0.1", kernel.ports[channel])
            connection = shake_hands(kernel, channel) if shakes else socket.create_connection(address)
            try:
                connection.sendall(sent)
            except OSError:
                pass  # the kernel has heard enough
            if turn % 3 < 2:
                silent.append(connection)
            else:
                # Reset, not closed.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
        assert client.ask("kernel_info_request").content["status"] == "ok"
    assert is_well(kernel), f"with {len(silent)} connections open"
    for connection in silent:
        connection.close()
    assert client.run(QUICK).content["status"] == "ok"
    wait_until(lambda: descriptors(kernel) <= open_files + 4, "connections that were closed stay open in the kernel")
    wait_until(lambda: kernel.resident() <= memory + ROOM, f"{memory} KB at first, {kernel.resident()} KB now")


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub", "hb"])
def test_a_flood_of_bad_messages_starves_nobody(kernel, client, channel):  # noqa: F811
    assert is_well(kernel)
    memory = kernel.resident()
    flood = kernel.context.socket(zmq.XSUB if channel == "iopub" else zmq.DEALER)
    flood.linger, flood.sndhwm, flood.rcvhwm = 0, 0, 0
    flood.connect(f"tcp://127.0.0.1:{kernel.ports[channel]}")
    parts = [b'{"msg_id":"x","msg_type":"kernel_info_request"}', b"{}", b"{}", b"{}"]
    for number in range(FLOOD):
        frames = [b"\x02" + os.urandom(8)] if channel == "iopub" else [DELIMITER, os.urandom(32).hex().encode(), *parts]
        flood.send_multipart(frames)
        if number % 1000 == 0:
            assert client.ask("kernel_info_request", channel="control").content["status"] == "ok"
            assert client.run(QUICK).content["status"] == "ok"
    assert is_well(kernel)
    flood.close()
    assert len(read(kernel.log)) < 10_000, "a flood fills no log"
    wait_until(lambda: kernel.resident() <= memory + ROOM, f"{memory} KB at first, {kernel.resident()} KB now")


@pytest.mark.parametrize("channel", ["hb", "iopub"])
def test_large_frames_that_are_not_signed_cost_nothing(kernel, client, channel):  # noqa: F811
    """Pings come back to who sent them, and subscriptions are kept: whoever reaches the ports could fill the memory with them."""
    assert is_well(kernel)
    memory = kernel.resident()
    first = b"\x01" if channel == "iopub" else b""
    connections = []
    for _ in range(5):
        connection = shake_hands(kernel, channel)
        connections.append(connection)
        connection.sendall(b"\x00" + bytes([len(first + b"small")]) + first + b"small")
        hear(connection, b"small")
        try:
            for _ in range(20):
                connection.sendall(b"\x02" + struct.pack(">Q", LARGE) + first + os.urandom(LARGE - len(first)))
        except OSError:
            pass  # refused
        assert client.run(QUICK).content["status"] == "ok"
    assert is_well(kernel)
    assert kernel.resident() <= memory + ROOM, f"{memory} KB at first"
    for connection in connections:
        connection.close()
