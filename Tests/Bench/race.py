#!/usr/bin/env python3
"""Times Apus beside other frameworks, in turn on one machine, and writes the tables of PERFORMANCE.md.

    swift build -c release --product ApusBench
    python3 Tests/Bench/race.py --apus .build/release/ApusBench --peers DIR --torch PYTHON --jax PYTHON --keras PYTHON --write Tests/Bench/PERFORMANCE.md

DIR holds the peers' scripts (`torch_peer.py`, `jax_peer.py`, `keras_peer.py`, `learnable.py`, `learning_quality.py`), which print one JSON line
like ApusBench does; each PYTHON is an interpreter that has the framework, and one that is left out is not raced. Every variant of every peer
runs once, with all threads and with one; then ours and the three fastest run in turn, `--rounds` times. A time is the median of its rounds,
the ratio that of the fastest peer to ours. Absolute times say little about another machine; ratios do.
"""

import argparse
import datetime
import sys

import contest
import learning
import sweep
import workloads


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    contest.add_options(parser)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5, help="measured epochs of a run")
    parser.add_argument("--only", default="", help="rows to race, as workload-batch: w0-32,w4-32")
    parser.add_argument("--shapes", type=int, default=24, help="random shapes; 0 leaves the sweep out")
    parser.add_argument("--seed", type=int, default=1, help="of the random shapes")
    parser.add_argument("--seeds", type=int, default=5, help="of the learning comparison; 0 leaves it out")
    parser.add_argument("--write", help="file for the tables, besides standard output")
    options = parser.parse_args()

    peak = contest.measure([options.apus, "peak"])["gflops_per_core"]
    lines = ["# Performance", "", f"Measured on {datetime.date.today()} by `Tests/Bench/race.py`, all in one run. {contest.machine(options, peak)}"]
    lines += ["", f"## Workloads, {options.threads} threads, medians of {options.rounds} rounds", ""]
    wanted = set(filter(None, options.only.split(",")))
    results = []
    for row in workloads.ROWS:
        if wanted and f"{row[0]}-{row[2]}" not in wanted:
            continue
        results.append(workloads.race(options, row))
        print({key: value for key, value in results[-1].items() if key != "row"}, row[:3], file=sys.stderr)
    lines += workloads.report(results, peak, options.threads) + ["", *workloads.start_up(options, results)]
    if options.shapes:
        lines += ["", "## Random shapes, training", ""]
        raced = [sweep.race(options, shape) for shape in sweep.shapes(options.seed, options.shapes)]
        lines += sweep.report([result for result in raced if result], options.seed)
    if options.seeds:
        lines += ["", "## Learning", ""] + learning.report(learning.scores(options, options.seeds, 15), options.seeds, 15)
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        with open(options.write, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
