"""A kernel process and a client of it over bare sockets: messages are built before and parsed after what is timed, so that the
client's own work, which is as large as that of a fast kernel, is the same small amount for every kernel."""

import contextlib
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import time
import uuid

import psutil
import zmq
from jupyter_client.connect import write_connection_file

DEADLINE = 60  # seconds until a message that does not come counts as a failure
DELIMITER = b"<IDS|MSG>"


class KernelProcess:
    """A started kernel."""

    def __init__(self, command, folder):
        # With a key: xeus refuses every message without one.
        file, self.connection = write_connection_file(os.path.join(folder, f"{time.monotonic_ns()}.json"), ip="127.0.0.1", key=uuid.uuid4().hex.encode())
        self.connection["key"] = self.connection["key"].decode() if isinstance(self.connection["key"], bytes) else self.connection["key"]
        environment = dict(os.environ, HOME=folder, XDG_STATE_HOME=folder, XDG_DATA_HOME=folder, XDG_CACHE_HOME=folder, DENO_DIR=folder)
        self.client = KernelClient(self.connection)
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [part.format(file=file) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=folder)
        self.client.request("kernel_info_request", {})
        self.start_seconds = time.perf_counter() - start
        self.client.join()
        self.tree = psutil.Process(self.process.pid)

    def processes(self):
        return [self.tree, *self.tree.children(recursive=True)]

    def cpu_seconds(self):
        """Of every thread of all processes, in nanoseconds' resolution."""
        total = 0
        for process in self.processes():
            for thread in os.listdir(f"/proc/{process.pid}/task"):
                with open(f"/proc/{process.pid}/task/{thread}/schedstat") as file:
                    total += int(file.read().split()[0])
        return total * 1e-9

    def resident_megabytes(self):
        """At rest: a kernel may give back what is free when it has nothing to do."""
        time.sleep(3)
        return sum(process.memory_info().rss for process in self.processes()) / (1 << 20)

    def close(self):
        processes = self.processes() if self.process.poll() is None else []
        self.client.close()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


class KernelClient:
    """Sockets to a kernel, perhaps before there is one."""

    def __init__(self, connection):
        self.key = connection["key"].encode()
        self.session = uuid.uuid4().hex
        self.context = zmq.Context()
        self.shell, self.control, self.iopub = (
            self._connect(connection, *kind) for kind in ((zmq.DEALER, "shell"), (zmq.DEALER, "control"), (zmq.SUB, "iopub")))
        self.iopub.subscribe(b"")
        self.both = zmq.Poller()
        for socket in (self.shell, self.iopub):
            self.both.register(socket, zmq.POLLIN)

    def _connect(self, connection, kind, channel):
        socket = self.context.socket(kind)
        socket.rcvhwm = socket.sndhwm = socket.linger = 0
        socket.reconnect_ivl = 1  # else a start is measured in units of the 100 ms between two tries
        socket.connect(f"tcp://{connection['ip']}:{connection[f'{channel}_port']}")
        return socket

    def join(self):
        """Returns when iopub brings what is published."""
        for _ in range(DEADLINE):
            identifier, message = self.message("kernel_info_request", {})
            self.shell.send_multipart(message)
            self._reply(identifier)
            while self.iopub.poll(1000):
                if is_idle(self.iopub.recv_multipart(), identifier):
                    return
        raise TimeoutError("nothing comes on iopub")

    def message(self, kind, content):
        """The id of a signed message, and its frames."""
        identifier = uuid.uuid4().hex
        # To the microsecond: a kernel may judge by it what was sent before its client knew of an error.
        date = datetime.datetime.now(datetime.timezone.utc).isoformat()
        header = {"msg_id": identifier, "msg_type": kind, "session": self.session, "username": "bench", "date": date, "version": "5.3"}
        parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        signature = hmac.new(self.key, b"".join(parts), hashlib.sha256).hexdigest().encode()
        return identifier.encode(), [DELIMITER, signature, *parts]

    def cell(self, code):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        return self.message("execute_request", content)

    def _reply(self, identifier, socket=None):
        socket = socket or self.shell
        while socket.poll(1000 * DEADLINE):
            parts = socket.recv_multipart()
            if identifier in parent(parts):
                return parts
        raise TimeoutError("no reply")

    def request(self, kind, content):
        """Sends a request on shell; the seconds until its reply."""
        return self.ask(kind, content)[0]

    def ask(self, kind, content):
        """Sends a request on shell; the seconds until its reply, and the content of that."""
        identifier, message = self.message(kind, content)
        start = time.perf_counter()
        self.shell.send_multipart(message)
        parts = self._reply(identifier)
        seconds = time.perf_counter() - start
        return seconds, json.loads(parts[parts.index(DELIMITER) + 5])

    def execute(self, code):
        """Runs a cell; the seconds until its reply and its idle have both come, and the content of the reply."""
        identifier, message = self.cell(code)
        start = time.perf_counter()
        self.shell.send_multipart(message)
        seconds, reply = self.finish(identifier, start)
        return seconds, json.loads(reply[reply.index(DELIMITER) + 5])

    def finish(self, identifier, start, deadline=DEADLINE):
        """Waits for the reply to a cell and its idle; the seconds since `start`, and the reply."""
        reply, idle = None, False
        while reply is None or not idle:
            ready = self.both.poll(1000 * deadline)
            if not ready:
                raise TimeoutError("no reply, or no idle")
            for socket, _ in ready:
                parts = socket.recv_multipart()
                if socket is self.iopub:
                    idle = idle or is_idle(parts, identifier)
                elif identifier in parent(parts):
                    reply = parts
        return time.perf_counter() - start, reply

    def pipeline(self, code, count):
        """Sends so many cells at once; the seconds until the last reply, and how many of their idles came."""
        while self.iopub.poll(100):
            self.iopub.recv_multipart()  # what earlier requests left
        cells = [self.cell(code) for _ in range(count)]
        last, idles, replied = cells[-1][0], 0, None
        start = time.perf_counter()
        for _, message in cells:
            self.shell.send_multipart(message)
        while idles < count or not replied:
            ready = self.both.poll(1000 * DEADLINE if replied is None else 1000)
            if not ready:
                break  # lost, or the kernel is gone
            for socket, _ in ready:
                parts = socket.recv_multipart()
                if socket is self.iopub:
                    idles += b'"idle"' in parts[-1] and len(parts[-1]) < 100
                elif last in parent(parts):
                    replied = time.perf_counter() - start
        return replied, idles

    def begin(self, code):
        """Sends a cell and returns its id."""
        identifier, message = self.cell(code)
        self.shell.send_multipart(message)
        return identifier

    def interrupt_by_message(self):
        self.control.send_multipart(self.message("interrupt_request", {})[1])

    def close(self):
        self.context.destroy(linger=0)


def parent(parts):
    return parts[parts.index(DELIMITER) + 3]


def is_idle(parts, identifier):
    return b'"idle"' in parts[-1] and len(parts[-1]) < 100 and identifier in parent(parts)
