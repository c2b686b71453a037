#!/usr/bin/env python3
"""Checks Apus's CUDA engine on this GPU, times it beside PyTorch on the same GPU, and writes the tables of CUDA.md.

    ./Tests/Bench/cuda/bundle DIR     where the repository and Swift are; then copy DIR to the machine with the GPU, and there, in it:
    python3 race_cuda.py              with a Python that has PyTorch

First every kernel is checked against the CPU engine; when one is wrong, nothing is timed. Then each workload is trained by Apus and by PyTorch
in several ways (`ways.py`), in turn, `--rounds` times; a time is the median of its rounds. PyTorch may round factors of products to TF32, which
Apus does not. Every measurement is a line of the results file at once; a later run with `--only` adds to it, and the tables are made of all lines.

What `ApusBench cuda` prints, a JSON object a line:

    check       {"what": "check", "name": ..., "passed": ...}; exits with 1 when one has not passed
    train       {"what": "train", "us_per_step": of all models together, "loss": mean of the measured steps, or null when it is not finite}
    kernels     {"what": "kernel", "name": ..., "grid": blocks, "launches": in a step, "us": of all of them}
    epoch       {"what": "epoch", "workload": ..., "batch": ..., "rows": ..., "seconds": of an epoch}
"""

import argparse
import pathlib
import subprocess
import sys

import contest
import report
import torch
import ways
from results import Results

# Workload, rows of a batch, models that train side by side.
ROWS = [
    ("multi-task-lstm", 32, 1),
    ("multi-task-lstm", 256, 1),
    ("sequence-regressor", 32, 1),
    ("sequence-regressor-gru", 32, 1),
    ("price-action-transformer", 32, 1),
    ("price-action-transformer", 256, 1),
    ("multi-task-lstm", 32, 132),
]


def name(row):
    workload, batch, models = row
    return f"{workload}-{batch}" + (f"x{models}" if models > 1 else "")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", default="./ApusBench", help="the ApusBench executable")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="PyTorch's; cpu only tries this program out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1000, help="training steps of a measurement")
    parser.add_argument("--epoch-rows", type=int, default=153_729, help="rows of an epoch of the two-headed LSTM, which is timed whole; 0: none is")
    parser.add_argument("--only", default="", help="rows to race, by name: " + ",".join(map(name, ROWS)))
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("results.jsonl"), help="file that measurements are added to")
    parser.add_argument("--write", type=pathlib.Path, default=pathlib.Path("CUDA.md"), help="file for the tables")
    options = parser.parse_args()
    if options.rounds < 1 or options.steps < 1:
        parser.error("rounds and steps are at least 1")
    wanted = list(filter(None, options.only.split(",")))
    if unknown := set(wanted) - set(map(name, ROWS)):
        parser.error(f"no row is called {', '.join(sorted(unknown))}")
    options.rows = [row for row in ROWS if not wanted or name(row) in wanted]
    return options


def check(options, results):
    """Whether every kernel computes what the CPU engine does."""
    done = subprocess.run([options.apus, "cuda", "check", *shorter(options, "--batch", 2)], capture_output=True, text=True)
    checks = [results.add_line(line)["name"] for line in done.stdout.splitlines() if line.startswith("{")]
    right = done.returncode == 0 and len(checks) > 0
    if not right:
        print(f"the kernels are not right on this GPU, nothing is timed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}", file=sys.stderr)
    return right


def shorter(options, option, value):
    """What spares ApusBench work where it has no GPU either, but the mock driver of the tests, which is a thousand times slower."""
    return [option, str(value)] if options.device == "cpu" else []


def prepare(options, results, row):
    """{way: training} of the ways that work here; one that does not is noted with its error."""
    prepared = {}
    ways.forget()
    for way in ways.ways(options.device):
        try:
            prepared[way] = ways.prepare(way, *row, options.device)
        except Exception as error:  # whatever PyTorch raises: the other ways are raced without it
            results.add(what="failed", **identity(row), way=way, error=f"{type(error).__name__}: {error}"[:500])
    return prepared


def identity(row):
    return dict(zip(("workload", "batch", "models"), row))


def race(options, results, row):
    """Whether our side of the row worked in every round."""
    ours = [options.apus, "cuda", "train", *option(row), "--models", str(row[2]), "--steps", str(options.steps)]
    prepared = prepare(options, results, row)
    works = True
    for number in range(options.rounds):
        line = contest.measure(ours)
        works = works and line is not None and line["loss"] is not None
        if line:
            results.add(what="train", **identity(row), way="apus", round=number, us_per_step=line["us_per_step"], loss=line["loss"])
        for way, training in prepared.items():
            microseconds, loss = training.measure(options.steps)
            results.add(what="train", **identity(row), way=way, round=number, us_per_step=microseconds, loss=loss, parameters=training.parameters)
    return works


def option(row):
    return ["--workload", row[0], "--batch", str(row[1])]


def kernels(options, results, row):
    """The time of each kernel of a step, for one model."""
    done = subprocess.run([options.apus, "cuda", "kernels", *option(row), *shorter(options, "--count", 1)], capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            results.add_line(line, **identity(row))
    return done.returncode == 0


def epoch(options, results):
    """The time of an epoch of the training loop; its rows are those of the first notebook's data set."""
    workload, batch, _ = ROWS[0]
    line = contest.measure([options.apus, "cuda", "epoch", "--workload", workload, "--batch", str(batch), "--rows", str(options.epoch_rows)])
    if line:
        results.add(**line)
    return line is not None


def machine(device):
    """What the head of the tables says."""
    versions = dict(torch=torch.__version__, cuda=torch.version.cuda, cudnn=torch.backends.cudnn.version())
    if device == "cpu":
        return dict(gpu=None, driver=None, **versions)
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader", f"--id={torch.cuda.get_device_properties(0).uuid}"]
    try:
        driver = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        driver = pathlib.Path("/proc/driver/nvidia/version").read_text().splitlines()[0]
    return dict(gpu=torch.cuda.get_device_name(0), driver=driver, **versions)


def main():
    options = arguments()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("PyTorch sees no GPU here")
    ways.allow_tf32()
    results = Results(options.results, machine(options.device))
    if not check(options, results):
        sys.exit(1)
    works = True
    for row in options.rows:
        print(name(row), file=sys.stderr)
        works = race(options, results, row) and works
        works = (row[2] > 1 or kernels(options, results, row)) and works
    if options.epoch_rows > 0:
        works = epoch(options, results) and works
    options.write.write_text(report.text(results.lines))
    print(options.write.read_text())
    sys.exit(0 if works else "some measurements of Apus failed, see above")


if __name__ == "__main__":
    main()
