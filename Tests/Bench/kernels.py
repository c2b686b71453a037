#!/usr/bin/env python3
"""Times the Apus kernel beside ipykernel and deno, in turn on one machine, and prints a Markdown table of medians.

    python3 -m venv V && V/bin/pip install jupyter_client psutil ipykernel deno
    V/bin/python Tests/Bench/kernels.py --apus .build/binary/release/apus [--write FILE]

Every kernel is started from its own command, spoken to through jupyter_client, and measured `--rounds` times; all kernels take one turn before
the next round. Processor time and memory are those of the kernel's whole tree of processes.
"""

import argparse
import contextlib
import datetime
import importlib.metadata
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import psutil
import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

DEADLINE = 60  # seconds until a message that does not come counts as a failure
TRAINING = [  # the cells before an endless training
    "%%auth --hub file:{folder}/hub",
    "%%download --repo simulated/bench --path v2_model/BTCUSDT/15m --timeframe 15m --simulate 3000",
    "%%preprocess",
    "%%build --recipe multi-task-lstm",
]


class Contestant:
    """A kernel: its command, and code in its language."""

    def __init__(self, name, command, word, spin):
        self.name, self.command = name, command
        self.word = word  # what to complete
        self.spin = spin  # a cell that runs until it is interrupted


def contestants(options):
    bin_folder = pathlib.Path(sys.executable).parent
    spin = "while True: pass"
    found = [Contestant("Apus", [options.apus, "kernel", "-f", "{file}"], "%%tra", "%%train --epochs 100000 --early-stopping 0")]
    for package, name, command, word, loop in (
        ("ipykernel", "ipykernel", [sys.executable, "-m", "ipykernel_launcher", "-f", "{file}"], "impor", spin),
        ("deno", "deno", [str(bin_folder / "deno"), "jupyter", "--kernel", "--conn", "{file}"], "Dat", "while (true) {}"),
    ):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(Contestant(f"{name} {importlib.metadata.version(package)}", command, word, loop))
    return found


class Running:
    """A started kernel and a client of it."""

    def __init__(self, contestant, folder):
        file, _ = write_connection_file(os.path.join(folder, f"{time.monotonic_ns()}.json"), ip="127.0.0.1")
        self.client = BlockingKernelClient(connection_file=file)
        self.client.load_connection_file()
        self.client.context.setsockopt(zmq.RECONNECT_IVL, 1)  # else a start is measured in units of the 100 ms between two tries
        self.client.start_channels(hb=False, stdin=True)
        environment = dict(os.environ, HOME=folder, XDG_STATE_HOME=folder, XDG_DATA_HOME=folder, XDG_CACHE_HOME=folder, DENO_DIR=folder)
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [part.format(file=file) for part in contestant.command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=folder)
        self.reply(self.client.kernel_info())
        self.start_seconds = time.perf_counter() - started
        self.tree = psutil.Process(self.process.pid)

    def reply(self, identifier):
        while True:
            message = self.client.get_shell_msg(timeout=DEADLINE)
            if message["parent_header"].get("msg_id") == identifier:
                return message["content"]

    def idle(self, identifier):
        while True:
            message = self.client.get_iopub_msg(timeout=DEADLINE)
            if message["parent_header"].get("msg_id") == identifier and message["content"].get("execution_state") == "idle":
                return

    def execute(self, code):
        """Runs a cell to its reply and its idle; the seconds that takes."""
        start = time.perf_counter()
        identifier = self.client.execute(code, allow_stdin=False)
        content = self.reply(identifier)
        self.idle(identifier)
        return time.perf_counter() - start, content

    def processes(self):
        return [self.tree, *self.tree.children(recursive=True)]

    def cpu_seconds(self):
        return sum(t.user + t.system for t in (p.cpu_times() for p in self.processes()))

    def resident_megabytes(self):
        """At rest: a kernel may give back what is free when it has nothing to do."""
        time.sleep(3)
        return sum(p.memory_info().rss for p in self.processes()) / (1 << 20)

    def close(self):
        children = self.processes() if self.process.poll() is None else []
        self.client.stop_channels()
        for process in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def interrupt(kernel, contestant, folder):
    """Milliseconds from the interrupt request of a busy kernel to its idle; None when the kernel dies or never answers."""
    if contestant.name == "Apus":
        for cell in TRAINING:
            _, content = kernel.execute(cell.format(folder=folder))
            assert content["status"] == "ok", content
    identifier = kernel.client.execute(contestant.spin, allow_stdin=False)
    time.sleep(1.5)  # long enough to be in the middle of it
    start = time.perf_counter()
    if contestant.name == "Apus":
        kernel.client.session.send(kernel.client.control_channel.socket, "interrupt_request", {})
    else:
        kernel.process.send_signal(2)
    try:
        kernel.client.get_shell_msg(timeout=5)
        kernel.idle(identifier)
    except Exception:
        return None
    return (time.perf_counter() - start) * 1e3 if kernel.process.poll() is None else None


def measure(contestant, options):
    """{figure: value} of one life of a kernel."""
    with tempfile.TemporaryDirectory() as folder:
        kernel = Running(contestant, folder)
        try:
            figures = {"start": kernel.start_seconds * 1e3}
            figures["memory"] = kernel.resident_megabytes()
            for _ in range(50):
                kernel.execute("")
            before = kernel.cpu_seconds()
            seconds = [kernel.execute("")[0] for _ in range(options.cells)]
            figures["cpu"] = (kernel.cpu_seconds() - before) / options.cells * 1e3
            figures["execute"], figures["execute_p99"] = statistics.median(seconds) * 1e3, quantile(seconds, 0.99) * 1e3
            times = []
            for _ in range(100):
                start = time.perf_counter()
                kernel.reply(kernel.client.complete(contestant.word, len(contestant.word)))
                times.append(time.perf_counter() - start)
            figures["complete"] = statistics.median(times) * 1e3
            start = time.perf_counter()
            identifiers = [kernel.client.execute("", allow_stdin=False) for _ in range(options.cells)]
            kernel.idle(identifiers[-1])
            figures["pipelined"] = options.cells / (time.perf_counter() - start)
            for identifier in identifiers:
                kernel.reply(identifier)
            before = kernel.resident_megabytes()
            for _ in range(10_000 // options.cells):
                for identifier in [kernel.client.execute("", allow_stdin=False) for _ in range(options.cells)]:
                    kernel.reply(identifier)
                kernel.idle(identifier)
            figures["growth"] = (kernel.resident_megabytes() - before) * 1024 / (10_000 // options.cells * options.cells)
            figures["interrupt"] = interrupt(kernel, contestant, folder)
            return figures
        finally:
            kernel.close()


ROWS = [
    ("start", "start to kernel_info_reply, ms", "{:.0f}"), ("execute", "empty execute, median, ms", "{:.2f}"),
    ("execute_p99", "empty execute, 99 of 100, ms", "{:.2f}"), ("cpu", "processor time of an empty execute, ms", "{:.3f}"),
    ("complete", "completion, median, ms", "{:.2f}"), ("pipelined", "cells pipelined a second", "{:.0f}"),
    ("interrupt", "interrupt to idle while busy, ms", "{:.0f}"), ("memory", "resident memory when idle, all processes, MB", "{:.0f}"),
    ("growth", "memory a cell over 10,000 cells, KB", "{:.2f}"),
]


def report(results, options):
    names = list(results)
    lines = [
        f"Measured on {datetime.date.today()} by `Tests/Bench/kernels.py` in one run on {os.cpu_count()} cores ({platform.machine()}), "
        f"jupyter_client {importlib.metadata.version('jupyter_client')}, medians of {options.rounds} rounds.",
        "", "| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|",
    ]
    for key, title, form in ROWS:
        cells = []
        for name in names:
            values = [figures[key] for figures in results[name] if figures[key] is not None]
            cells.append(form.format(statistics.median(values)) if values else "dies or hangs")
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", required=True, help="the apus binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cells", type=int, default=500, help="cells a measurement")
    parser.add_argument("--only", default="", help="kernels whose names begin so, with commas between them")
    parser.add_argument("--write", help="file for the table, besides standard output")
    options = parser.parse_args()
    options.apus = os.path.abspath(options.apus)
    wanted = tuple(filter(None, options.only.split(",")))
    entries = [c for c in contestants(options) if not wanted or c.name.startswith(wanted)]
    results = {}
    for _ in range(options.rounds):
        for contestant in entries:
            results.setdefault(contestant.name, []).append(measure(contestant, options))
            print(contestant.name, results[contestant.name][-1], file=sys.stderr)
    text = report(results, options)
    print(text)
    if options.write:
        pathlib.Path(options.write).write_text(text)


if __name__ == "__main__":
    main()
