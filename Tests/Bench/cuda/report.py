"""CUDA.md from the lines of the results file."""

import json
import statistics

NAMES = {
    "multi-task-lstm": "two-headed LSTM 64 → 32", "sequence-regressor": "LSTM 2×128", "sequence-regressor-gru": "GRU 2×128",
    "price-action-transformer": "price-action transformer",
}


def text(lines):
    """The whole file. `lines` are the objects of the results file."""
    machine = next(line for line in lines if line["what"] == "machine")
    checks = {line["name"] for line in lines if line["what"] == "check"}
    head = f"{machine['gpu']}, driver {machine['driver']}; PyTorch {machine['torch']}, CUDA {machine['cuda']}, cuDNN {machine['cudnn']}"
    parts = [
        "# Training on a GPU" if machine["gpu"] else "# A trial without a GPU, whose times mean nothing", "",
        f"Measured by `Tests/Bench/cuda/race_cuda.py`: {head}. Checks of the kernels against the CPU engine that passed before: {len(checks)}.", "",
        "Microseconds of a training step, medians of the rounds, Apus and PyTorch in turn on the same GPU with the examples on it. The ratio is",
        "PyTorch's time to Apus's. Apus computes in Float32; PyTorch may round the factors of products to TF32. Of models that train side by side,",
        "the time is that of one step of all of them.", "",
    ]
    raced = rows(lines)
    parts += table(raced) + epochs(lines) + ["", "## All ways", ""] + all_ways(raced) + failures(lines)
    parts += kernel_tables([line for line in lines if line["what"] == "kernel"])
    parts += ["", "## Measurements", "", "```json", *(json.dumps(measurement) for row in raced for measurement in measurements(row)), "```"]
    return "\n".join(parts) + "\n"


def rows(lines):
    """[((workload, batch, models), {way: [microseconds]})] in the order they were raced."""
    found = {}
    for line in lines:
        if line["what"] == "train":
            ways = found.setdefault((line["workload"], line["batch"], line["models"]), {})
            ways.setdefault(line["way"], []).append(line["us_per_step"])
    return list(found.items())


def table(raced):
    lines = ["| workload | batch | models | Apus, µs | fastest PyTorch, µs | ratio | plain PyTorch, µs | ratio |", "|" + "---|" * 8]
    for (workload, batch, models), times in raced:
        medians = {way: statistics.median(microseconds) for way, microseconds in times.items()}
        ours = medians.pop("apus", None)
        cells = [NAMES[workload], str(batch), str(models), number(ours)]
        fastest = min(medians, key=medians.get, default=None)
        cells += [f"{number(medians[fastest])} ({fastest})" if fastest else "", ratio(medians.get(fastest), ours)]
        cells += [number(medians.get("eager")), ratio(medians.get("eager"), ours)]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def epochs(lines):
    """How long the training loop takes for a whole epoch: shuffling, steps, losses and metrics."""
    found = {}
    for line in lines:
        if line["what"] == "epoch":
            found.setdefault((line["workload"], line["batch"], line["rows"]), []).append(line["seconds"])
    said = [
        f"- {NAMES[workload]}, {rows:,} rows in batches of {batch}: **{statistics.median(seconds):.3g} s**"
        for (workload, batch, rows), seconds in found.items()
    ]
    return ["", "Whole epochs of Apus's training loop:", "", *said] if said else []


def number(microseconds):
    return "" if microseconds is None else f"{microseconds:,.0f}" if microseconds >= 1000 else f"{microseconds:.3g}"


def ratio(theirs, ours):
    return "" if theirs is None or ours is None else f"**{theirs / ours:.1f}×**"


def all_ways(raced):
    lines = []
    for row, times in raced:
        each = (f"{way} {number(statistics.median(t))} ({number(min(t))} to {number(max(t))})" for way, t in times.items())
        lines.append(f"- {title(row)}: {', '.join(each)}")
    return lines


def title(row):
    workload, batch, models = row
    return f"{NAMES[workload]}, batch {batch}" + (f", {models} models" if models > 1 else "")


def failures(lines):
    failed = [line for line in lines if line["what"] == "failed"]
    if not failed:
        return []
    listed = [f"- {title((line['workload'], line['batch'], line['models']))}, {line['way']}: `{' '.join(line['error'].split())}`" for line in failed]
    return ["", "What PyTorch did not do:", "", *listed]


def kernel_tables(kernels):
    """A table for each workload: the kernels of one step, the longest first."""
    groups = {}
    for line in kernels:
        groups.setdefault((line["workload"], line["batch"], line["models"]), []).append(line)
    parts = ["", "## Kernels of a step of Apus"] if groups else []
    for row, lines in groups.items():
        parts += ["", title(row), "", "| kernel | blocks | launches | µs |", "|---|---|---|---|"]
        longest_first = sorted(lines, key=lambda line: -line["us"])
        parts += [f"| `{line['name']}` | {line['grid']} | {line['launches']} | {line['us']:.2f} |" for line in longest_first]
    return parts


def measurements(row):
    (workload, batch, models), times = row
    return [dict(workload=workload, batch=batch, models=models, way=way, us_per_step=[round(t, 2) for t in each]) for way, each in times.items()]
