#!/usr/bin/env python3
"""Times completion and tooltips in cells of Swift over the kernel's own sockets, from question to answer.

    Tests/Bench/swift_assistance.py --apus .build/release/apus [--rounds 3]

Prints one JSON line a round and then a table of the medians over the rounds. The program `apus-swift` has to be beside `apus`.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from kernel_client import KernelProcess

DECLARATIONS = """import Foundation
/// Adds a step.
func increment(_ number: Int, by step: Int = 1) -> Int { number + step }
struct Candle { var open = 1.0 }
let candles = [Candle(), Candle()]"""
# Members, names of earlier cells, names of everything, cases of an enum, arguments.
CODES = [
    "let value{i} = 1\ncandles.", "let value{i} = 1\nlet next = incr", "let value{i} = 1\nworkspace.mod", "let a{i}: Activation = .",
    "let value{i} = increment(1, ", "let value{i} = 1\nfor candle in ca", "let value{i} = 1\nlet d = Da",
]
ROWS = {
    "first_cold_ms": ("first completion of a user, nothing cached, until it has an answer, ms", None),
    "first_ms": ("first completion of a session, until it has an answer, ms", None),
    "after_a_cell_ms": ("first completion after a cell, median of 5, ms", None),
    "complete_ms": ("completion, median of 50, ms", 100),
    "complete_slow_ms": ("completion, the 48th of 50, ms", None),
    "inspect_ms": ("tooltip, median of 50, ms", None),
    "busy_ms": ("completion while a cell computes, median of 50, ms", None),
    "server_megabytes": ("memory of SourceKit-LSP, MB", None),
}


class Session:
    """A kernel whose caches are in `folder`."""

    def __init__(self, apus, folder):
        self.kernel = KernelProcess([apus, "kernel", "-f", "{file}"], folder)
        self.client = self.kernel.client

    def run(self, code):
        _, reply = self.client.execute(code)
        assert reply["status"] == "ok", reply

    def ask(self, kind, code):
        """Milliseconds, and whether there was an answer."""
        seconds, reply = self.client.ask(f"{kind}_request", {"code": code, "cursor_pos": len(code), "detail_level": 0})
        return seconds * 1000, bool(reply["matches"] if kind == "complete" else reply["found"])

    def until_answered(self, code):
        """Milliseconds, with all questions that had no answer."""
        total, found = 0, False
        while not found:
            milliseconds, found = self.ask("complete", code)
            total += milliseconds
        return total

    def each(self, kind, codes, count=50):
        """The times of so many questions, each about other code; every one has an answer."""
        times = []
        for i in range(count):
            milliseconds, found = self.ask(kind, codes[i % len(codes)].replace("{i}", str(i)))
            assert found, codes[i % len(codes)]
            times.append(milliseconds)
        return sorted(times)

    def server_megabytes(self):
        [server] = [process for process in self.kernel.processes() if process.name().startswith("sourcekit-lsp")]
        return server.memory_info().rss / (1 << 20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kernel.close()


def measure(apus, folder):
    result = {}
    for name in ("first_cold_ms", "first_ms"):
        with Session(apus, folder) as session:
            result[name] = session.until_answered("workspace.")
    with Session(apus, folder) as session:
        session.run(DECLARATIONS)
        session.until_answered("incr")
        times = session.each("complete", CODES)
        result["complete_ms"], result["complete_slow_ms"] = statistics.median(times), times[47]
        result["inspect_ms"] = statistics.median(session.each("inspect", ["let value{i} = increment", "let value{i} = increment(", "let m{i} = LSTM"]))
        after = []
        for number in range(5):
            session.run(f"let more{number} = {number} + 0")
            after.append(session.until_answered(f"more{number}"))
        result["after_a_cell_ms"] = statistics.median(after)
        result["server_megabytes"] = session.server_megabytes()
        session.client.begin("while true {}")
        result["busy_ms"] = statistics.median(session.each("complete", CODES))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            rounds.append(measure(str(Path(options.apus).resolve()), folder))
        print(json.dumps({name: round(value, 2) for name, value in rounds[-1].items()}), flush=True)
    print("\n| | measured | at most |\n|---|---|---|")
    for name, (title, limit) in ROWS.items():
        values = sorted(one[name] for one in rounds)
        spread = f" ({values[0]:.3g} to {values[-1]:.3g})" if len(values) > 1 else ""
        print(f"| {title} | {statistics.median(values):.3g}{spread} | {limit if limit is not None else ''} |")


if __name__ == "__main__":
    main()
