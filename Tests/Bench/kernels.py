#!/usr/bin/env python3
"""Times the Apus kernel beside ipykernel, xeus-python and deno, in turn on one machine, and prints a Markdown table of medians.

    python3 -m venv V && V/bin/pip install jupyter_client psutil ipykernel xeus-python deno
    V/bin/python Tests/Bench/kernels.py --apus .build/binary/release/apus [--write FILE]

Every kernel is started from its own command, spoken to over bare sockets with signed messages, and measured `--rounds` times; all kernels
take one turn before the next round. Processor time and memory are those of the kernel's whole tree of processes.
"""

import argparse
import contextlib
import datetime
import importlib.metadata
import os
import pathlib
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass

import kernel_outputs
from kernel_client import KernelProcess

LINES, DISPLAYS = 50_000, 10_000
GROWTH_CELLS = 10_000
APUS_TRAINING = [  # the cells before an endless training
    "%%auth --hub file:{folder}/hub",
    "%%download --repo simulated/bench --path v2_model/BTCUSDT/15m --timeframe 15m --simulate 3000",
    "%%preprocess",
    "%%build --recipe multi-task-lstm",
]


@dataclass(frozen=True)
class Contestant:
    """A kernel: its command, and code in its language."""

    name: str
    command: list
    word: str  # what to complete
    spin: str  # a cell that runs until it is interrupted
    lines: str  # prints LINES lines
    displays: str  # shows DISPLAYS displays
    is_apus: bool = False


PYTHON = dict(
    word="impor", spin="while True: pass", lines=f"for i in range({LINES}): print('line', i)",
    displays=f"from IPython.display import display\nfor i in range({DISPLAYS}): display({{'text/plain': str(i)}}, raw=True)")
DENO = dict(
    word="Dat", spin="while (true) {}", lines=f"for (let i = 0; i < {LINES}; i++) console.log('line', i);",
    displays=f"for (let i = 0; i < {DISPLAYS}; i++) await Deno.jupyter.display({{'text/plain': String(i)}}, {{raw: true}});")


def listing(apus):
    """The number of lines that %lsmagic prints."""
    with tempfile.TemporaryDirectory() as folder:
        kernel = KernelProcess([apus, "kernel", "-f", "{file}"], folder)
        try:
            return kernel_outputs.lines(kernel.connection, "%lsmagic").before_idle
        finally:
            kernel.close()


def contestants(options):
    bin_folder = pathlib.Path(sys.executable).parent
    # Apus has no loop in its cells yet: a cell of so many lines makes the outputs.
    found = [Contestant(
        "Apus", [options.apus, "kernel", "-f", "{file}"], "%%tra", "%%train --epochs 100000 --early-stopping 0",
        "\n".join(["%lsmagic"] * (LINES // listing(options.apus) + 1)), "\n".join(f"let n = {i}\n%parameters" for i in range(DISPLAYS)), True)]
    for package, command, code in (
        ("ipykernel", [sys.executable, "-m", "ipykernel_launcher", "-f", "{file}"], PYTHON),
        ("xeus-python", [sys.executable, "-m", "xpython_launcher", "-f", "{file}"], PYTHON),
        ("deno", [str(bin_folder / "deno"), "jupyter", "--kernel", "--conn", "{file}"], DENO),
    ):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(Contestant(f"{package} {importlib.metadata.version(package)}", command, **code))
    return found


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def speed(kernel, contestant, options):
    """Latencies, processor time and memory of one life of a kernel."""
    figures = {"start": kernel.start_seconds * 1e3}
    figures["memory"] = kernel.resident_megabytes()
    for _ in range(100):
        kernel.client.execute("")
    figures["memory_used"] = kernel.resident_megabytes()
    before = kernel.cpu_seconds()
    seconds = [kernel.client.execute("")[0] for _ in range(options.cells)]
    figures["cpu"] = (kernel.cpu_seconds() - before) / options.cells * 1e3
    figures["execute"], figures["execute_p99"] = statistics.median(seconds) * 1e3, quantile(seconds, 0.99) * 1e3
    completion = {"code": contestant.word, "cursor_pos": len(contestant.word)}
    figures["complete"] = statistics.median(kernel.client.request("complete_request", completion) for _ in range(200)) * 1e3
    seconds, idles = kernel.client.pipeline("", options.cells)
    figures["pipelined"] = options.cells / seconds if seconds else None
    figures["pipelined_lost"] = 100 * (1 - idles / options.cells)
    before, cells = kernel.resident_megabytes(), GROWTH_CELLS // options.cells * options.cells
    for _ in range(cells // options.cells):
        kernel.client.pipeline("", options.cells)
    figures["growth"] = (kernel.resident_megabytes() - before) * 1024 / cells
    return figures


def outputs(kernel, contestant):
    """Much output: how much of it came before idle, when the first came, how long all took."""
    lines = kernel_outputs.lines(kernel.connection, contestant.lines)
    displays = kernel_outputs.displays(kernel.connection, contestant.displays)
    return {
        "lines": lines.idle, "lines_early": min(100, 100 * lines.before_idle / LINES),
        "lines_first": lines.first * 1e3, "displays": displays.before_idle / displays.idle,
        "displays_early": 100 * displays.before_idle / DISPLAYS}


def interrupt(kernel, contestant, folder):
    """Milliseconds from the interrupt of a busy kernel to its idle; None when the kernel dies or never answers."""
    if contestant.is_apus:
        for cell in APUS_TRAINING:
            _, content = kernel.client.execute(cell.format(folder=folder))
            assert content["status"] == "ok", content
    identifier = kernel.client.begin(contestant.spin)
    time.sleep(1.5)  # long enough to be in the middle of it
    start = time.perf_counter()
    if contestant.is_apus:
        kernel.client.interrupt_by_message()
    else:
        kernel.process.send_signal(2)
    try:
        seconds, _ = kernel.client.finish(identifier, start, deadline=5)
    except TimeoutError:
        return None
    return seconds * 1e3 if kernel.process.poll() is None else None


def measure(contestant, options):
    """{figure: value}; a life of the kernel for each part, so that none weighs on the next."""
    figures = {}
    for part in (lambda kernel, folder: speed(kernel, contestant, options), lambda kernel, folder: outputs(kernel, contestant),
                 lambda kernel, folder: {"interrupt": interrupt(kernel, contestant, folder)}):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            kernel = KernelProcess(contestant.command, folder)
            try:
                figures |= part(kernel, folder)
            finally:
                kernel.close()
    return figures


ROWS = [
    ("start", "start to kernel_info_reply, ms", "{:.0f}"), ("execute", "empty execute, median, ms", "{:.2f}"),
    ("execute_p99", "empty execute, 99 of 100, ms", "{:.2f}"), ("cpu", "processor time of an empty execute, all processes, ms", "{:.3f}"),
    ("complete", "completion, median, ms", "{:.2f}"), ("pipelined", "cells pipelined a second", "{:.0f}"),
    ("pipelined_lost", "of their idles lost, %", "{:.0f}"),
    ("lines", f"{LINES:,} printed lines until idle, s", "{:.2f}"), ("lines_early", "of them before idle, %", "{:.0f}"),
    ("lines_first", "the first of them after, ms", "{:.0f}"),
    ("displays", "displays a second", "{:.0f}"), ("displays_early", f"of {DISPLAYS:,} displays before idle, %", "{:.0f}"),
    ("interrupt", "interrupt to idle while busy, ms", "{:.0f}"), ("memory", "resident memory before the first cell, all processes, MB", "{:.0f}"),
    ("memory_used", "the same after 100 cells, MB", "{:.0f}"), ("growth", f"memory a cell over {GROWTH_CELLS:,} cells, KB", "{:.2f}"),
]


def report(results, options):
    names = list(results)
    lines = [
        f"Measured on {datetime.date.today()} by `Tests/Bench/kernels.py` in one run on {os.cpu_count()} cores ({platform.machine()}), "
        f"medians of {options.rounds} rounds.",
        "", "| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|",
    ]
    for key, title, form in ROWS:
        cells = []
        for name in names:
            values = [figures[key] for figures in results[name] if figures.get(key) is not None]
            cells.append(form.format(statistics.median(values)) if values else "dies or hangs")
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", required=True, help="the apus binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cells", type=int, default=1000, help="cells a measurement")
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
