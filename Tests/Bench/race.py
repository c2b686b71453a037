#!/usr/bin/env python3
"""Times Apus beside other frameworks, in turn on one machine, and prints a Markdown table of medians and ratios.

    swift build -c release --product ApusBench
    python3 Tests/Bench/race.py --apus .build/release/ApusBench --peers DIR --torch PYTHON --jax PYTHON --keras PYTHON

DIR holds the peers' scripts (`torch_peer.py`, `jax_peer.py`, `keras_peer.py`), which print one JSON line like ApusBench does; each PYTHON is
an interpreter that has the framework, and one that is left out is not raced. A row is one workload: all contestants run one after the
other, `--rounds` times, so that a machine that changes its speed changes it for all. A contestant's time is the median of its rounds; the
ratio is that of the fastest peer to ours. Absolute times say little about another machine; ratios do.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

# workload, mode, batch, and the variants of each peer that are worth racing: its plain way and the fastest ways found.
TRAIN = {"torch": ["loader", "slice-fused"], "jax": ["step", "scan"], "keras": ["fit-auto", "step-nojit"]}
TRANSFORMER = {"torch": ["slice-fused", "slice-fused-nomkldnn"], "jax": ["step"], "keras": ["fit-auto", "step-nojit"]}
INFER = {"torch": ["slice"], "jax": ["step"], "keras": ["fit", "step-nojit"]}
ROWS = [
    ("w0", "train", 32, TRAIN),
    ("w0", "train", 256, TRAIN),
    ("w1lstm", "train", 32, TRAIN),
    ("w1gru", "train", 32, TRAIN),
    ("w4", "train", 32, TRAIN),
    ("w3", "train", 32, TRANSFORMER),
    ("w3", "train", 256, TRANSFORMER),
    ("w0", "infer", 1024, INFER),
    ("w0", "latency", 1, INFER),
]
NAMES = {
    "w0": "two-headed LSTM 64 → 32", "w1lstm": "LSTM 2×128", "w1gru": "GRU 2×128", "w3": "price-action transformer", "w4": "LSTM 3×50",
}


def measure(command):
    """The JSON line a contestant prints; None when it fails."""
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        print(f"failed: {' '.join(command)}\n{done.stderr[-300:]}", file=sys.stderr)
        return None
    return json.loads(lines[-1])


def contestants(options, workload, mode, batch, variants):
    """(name, command) of ours and of each peer's variants."""
    common = ["--workload", workload, "--batch", str(batch), "--threads", str(options.threads), "--epochs", str(options.epochs)]
    ours = [options.apus, "train" if mode == "train" else "infer", *common]
    found = [("apus", ours)]
    for framework, names in variants.items():
        python = getattr(options, framework)
        for variant in names if python else []:
            script = os.path.join(options.peers, f"{framework}_peer.py")
            found.append((f"{framework} {variant}", [python, script, "--mode", mode, "--variant", variant, *common]))
    return found


def race(options, row):
    workload, mode, batch, variants = row
    results = {}
    entries = contestants(options, workload, mode, batch, variants)
    for _ in range(options.rounds):
        for name, command in entries:
            result = measure(command)
            if result:
                results.setdefault(name, []).append(result)
    if "apus" not in results:
        return None
    times = {name: statistics.median(r["step_ms"] for r in lines) for name, lines in results.items()}
    memory = {name: max(r["peak_rss_mb"] for r in lines) for name, lines in results.items()}
    peers = sorted((t, name) for name, t in times.items() if name != "apus")
    busy = max(r.get("others_cores", 0) for lines in results.values() for r in lines)
    return dict(row=row, ours=times["apus"], memory=memory["apus"], peers=peers, peer_memory={n: memory[n] for _, n in peers}, busy=busy)


def table(results):
    print("| workload | batch | Apus, ms | fastest peer, ms | ratio | memory, Apus / leanest peer | all peers, ms |")
    print("|---|---|---|---|---|---|---|")
    for result in results:
        workload, mode, batch, _ = result["row"]
        name = NAMES[workload] + ("" if mode == "train" else ", inference")
        if not result["peers"]:
            print(f"| {name} | {batch} | {result['ours']:.3g} | | | {result['memory']} MB | |")
            continue
        best, peer = result["peers"][0]
        leanest = min(result["peer_memory"].values())
        others = ", ".join(f"{n} {t:.3g}" for t, n in result["peers"])
        print(
            f"| {name} | {batch} | {result['ours']:.3g} | {best:.3g} ({peer}) | **{best / result['ours']:.1f}×** | "
            f"{result['memory']} / {leanest} MB | {others} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", required=True, help="the ApusBench executable of a release build")
    parser.add_argument("--peers", required=True, help="folder of the peers' scripts")
    for framework in ("torch", "jax", "keras"):
        parser.add_argument(f"--{framework}", help=f"interpreter that has {framework}")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5, help="measured epochs of a run")
    parser.add_argument("--only", default="", help="rows to race, as workload-batch: w0-32,w4-32")
    options = parser.parse_args()
    wanted = set(filter(None, options.only.split(",")))
    results = []
    for row in ROWS:
        if wanted and f"{row[0]}-{row[2]}" not in wanted:
            continue
        result = race(options, row)
        if result:
            results.append(result)
            print(f"{row[0]} {row[1]} {row[2]}: {result['ours']:.3g} ms, peers {result['peers']}, others' share {result['busy']}", file=sys.stderr)
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    print(f"{processor}, {options.threads} threads, medians of {options.rounds} rounds.\n")
    table(results)


if __name__ == "__main__":
    main()
