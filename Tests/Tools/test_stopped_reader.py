"""A subscriber that stops reading while a cell shows far more than anybody should keep: nothing is lost, and memory stays small."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest
import zmq

from wire import DEADLINE, kernel, read, wait_until  # noqa: F401

ROUNDS, TEXTS = 2500, 100
# Each round shows its number and prints the list of magics so often: 400 MB in all.
FLOOD = "\n".join(f"let n = {number}\n%parameters" + "\n%lsmagic" * TEXTS for number in range(ROUNDS))
# KB for kernel and session process: 64 MB that may be queued, what allocations cost beside it, and a cell of 250,000 lines.
MOST_MEMORY = 270_000
WAITS = "outputs wait, because a subscriber has not read for a while"


class Reader:
    """A subscriber whose buffers are small, so that the kernel notices when it does not read."""

    def __init__(self, ports):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.rcvhwm, self.socket.rcvbuf, self.socket.reconnect_ivl = 1, 1 << 16, 5
        self.socket.subscribe(b"")
        self.socket.connect(f"tcp://127.0.0.1:{ports['iopub']}")
        while self.receive()[0] != "iopub_welcome":
            pass

    def receive(self):
        """Type, id of the request and content of the next message."""
        assert self.socket.poll(DEADLINE * 1000), "nothing came"
        parts = self.socket.recv_multipart()
        start = parts.index(b"<IDS|MSG>") + 2
        header, parent, _, content = (json.loads(part) for part in parts[start:start + 4])
        return header["msg_type"], parent.get("msg_id"), content

    def outputs(self, request):
        """The numbers that a flood showed, whether exactly the texts between them came with them, and the other messages, to its idle."""
        numbers, sizes, others = [], [], []
        while "idle" not in others:
            kind, parent, content = self.receive()
            if parent != request:
                continue
            if kind == "display_data":
                numbers.append(int(re.search(r"(\d+)\s*$", content["data"]["text/plain"]).group(1)))
                sizes.append(0)
            elif kind == "stream":
                assert content["name"] == "stdout"
                sizes[-1] += len(content["text"])
            else:
                others.append(content.get("execution_state", kind))
                # After another request's idle, busy is said again.
                others = list(dict.fromkeys(others))
        return numbers, len(set(sizes)) == 1 and sizes[0] > 100 * TEXTS, others

    def close(self):
        self.context.destroy(linger=0)


@pytest.fixture
def reader(kernel):  # noqa: F811
    reader = Reader(kernel.ports)
    yield reader
    reader.close()


@pytest.fixture
def client(kernel):  # noqa: F811
    """A client that asks and hears answers, and reads no outputs."""
    client = kernel.client()
    client.sockets.pop("iopub").close()
    yield client
    client.close()


def wait_for_stall(kernel):  # noqa: F811
    wait_until(lambda: WAITS in read(kernel.log), "the kernel says that outputs wait")


def test_a_flood_waits_for_a_reader_that_stopped_and_memory_stays_small(kernel, client, reader):  # noqa: F811
    request = client.execute(FLOOD)
    wait_for_stall(kernel)
    assert kernel.resident() < MOST_MEMORY
    # Whatever is no output of a cell does not wait.
    assert client.reply(client.send("kernel_info_request")).content["status"] == "ok"
    assert client.reply(client.send("comm_info_request", channel="control"), "control").content["status"] == "ok"
    assert client.reply(client.send("complete_request", {"code": "%par", "cursor_pos": 4})).content["matches"]
    assert reader.outputs(request) == (list(range(ROUNDS)), True, ["busy", "execute_input", "idle"])
    assert client.reply(request).content["status"] == "ok"
    assert kernel.resident() < MOST_MEMORY
    assert read(kernel.log).count(WAITS) == 1


def test_an_interrupt_comes_through_and_what_was_shown_stays(kernel, client, reader):  # noqa: F811
    request = client.execute(FLOOD)
    wait_for_stall(kernel)
    assert client.reply(client.send("interrupt_request", {}, "control"), "control").content["status"] == "ok"
    assert client.reply(request).content["ename"] == "Interrupted"
    # The last text is cut off by the interrupt.
    numbers, _, others = reader.outputs(request)
    assert numbers == list(range(len(numbers))) and 0 < len(numbers) < ROUNDS
    assert others == ["busy", "execute_input", "error", "idle"]
    # The session goes on, with what the cell left.
    assert client.reply(client.execute("%who")).content["status"] == "ok"


def test_a_shutdown_comes_through(kernel, client, reader):  # noqa: F811
    client.execute(FLOOD)
    wait_for_stall(kernel)
    assert client.reply(client.send("shutdown_request", {"restart": False}, "control"), "control").content["status"] == "ok"
    assert kernel.process.wait(DEADLINE) == 0


# MARK: Readers in processes of their own

READ = """
import json, sys
from test_stopped_reader import Reader
reader = Reader(json.loads(sys.argv[1]))
print("reads", flush=True)
print(json.dumps(reader.outputs(sys.stdin.readline().strip())), flush=True)
"""


@pytest.fixture
def process(kernel):  # noqa: F811
    process = subprocess.Popen(
        [sys.executable, "-c", READ, json.dumps(kernel.ports)], cwd=__file__.rsplit("/", 1)[0], text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE)
    assert process.stdout.readline() == "reads\n"
    yield process
    process.kill()
    process.wait()


def stall(kernel, client, process):  # noqa: F811
    """Stops the reader and runs the flood, until it waits."""
    process.send_signal(signal.SIGSTOP)
    request = client.execute(FLOOD)
    process.stdin.write(request + "\n")
    process.stdin.flush()
    wait_for_stall(kernel)
    return request


def test_a_process_that_is_stopped_for_a_minute_loses_nothing(kernel, client, process):  # noqa: F811
    request = stall(kernel, client, process)
    time.sleep(61)
    assert kernel.resident() < MOST_MEMORY
    process.send_signal(signal.SIGCONT)
    assert json.loads(process.stdout.readline()) == [list(range(ROUNDS)), True, ["busy", "execute_input", "idle"]]
    assert client.reply(request).content["status"] == "ok"


def test_nobody_waits_for_a_reader_that_has_died(kernel, client, process):  # noqa: F811
    request = stall(kernel, client, process)
    process.kill()
    assert client.reply(request).content["status"] == "ok"
