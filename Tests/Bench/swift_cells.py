#!/usr/bin/env python3
"""Times cells of Swift over the kernel's own sockets: from sending a cell until the kernel is idle again.

    Tests/Bench/swift_cells.py --apus .build/release/apus [--rounds 3]

Prints one JSON line a round and then a table of the medians over the rounds. The program `apus-swift` has to be beside `apus`.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from kernel_client import KernelProcess

TRIVIAL = "print({i} + 1)"
DECLARING = "let v{i} = {i}\nv{i} + 1"
REALISTIC = """import Foundation
let model{i} = try Model(inputShape: [30, 13], seed: 1) {{
    LSTM(8)
    Head("bars", loss: .meanSquaredError, weight: 1) {{ Dense(1) }}
}}
print(String(format: "%.2f", Date().timeIntervalSince(start)), model{i}.parameterCount)"""

ROWS = {
    "first_cold_ms": ("first cell of a session, nothing cached, ms", 1000),
    "first_ms": ("first cell of a session, ms", None),
    "trivial_ms": ("trivial cell, median of 50, ms", 60),
    "realistic_ms": ("realistic cell (Foundation, engine), median of 50, ms", 150),
    "tenth_ms": ("10th cell of a session, median of 5th to 15th, ms", None),
    "last_ms": ("200th cell, median of 191st to 200th, ms", None),
    "last_to_tenth": ("200th to 10th", 1.3),
    "kilobytes_a_cell": ("memory a cell, KB", 200),
}


class Session:
    """A kernel whose caches are in `folder`."""

    def __init__(self, apus, folder):
        self.kernel = KernelProcess([apus, "kernel", "-f", "{file}"], folder)

    def run(self, code):
        """Milliseconds."""
        seconds, reply = self.kernel.client.execute(code)
        assert reply["status"] == "ok", reply
        return seconds * 1000

    def each(self, code, numbers):
        return [self.run(code.format(i=i)) for i in numbers]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kernel.close()


def measure(apus, folder):
    result = {}
    for name in ("first_cold_ms", "first_ms"):
        with Session(apus, folder) as session:
            result[name] = session.run("print(1 + 1)")
    with Session(apus, folder) as session:
        session.each(TRIVIAL, range(5))
        result["trivial_ms"] = statistics.median(session.each(TRIVIAL, range(50)))
        session.run("import Foundation\nlet start = Date()")
        result["realistic_ms"] = statistics.median(session.each(REALISTIC, range(50)))
    with Session(apus, folder) as session:
        times = session.each(DECLARING, range(15))
        before = session.kernel.resident_megabytes()
        times += session.each(DECLARING, range(15, 200))
        result["kilobytes_a_cell"] = (session.kernel.resident_megabytes() - before) * 1024 / 185
    result["tenth_ms"] = statistics.median(times[4:15])
    result["last_ms"] = statistics.median(times[190:])
    result["last_to_tenth"] = result["last_ms"] / result["tenth_ms"]
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
