"""The workloads with names, raced against every variant of every peer."""

import os

from contest import FRAMEWORKS, in_turn, median, qualified

# The variants of each peer that are worth racing: its plain way and the fastest ways found.
TRAIN = {"torch": ["loader", "slice-fused"], "jax": ["step", "scan"], "keras": ["fit-auto", "step-nojit"]}
TRANSFORMER = {"torch": ["slice-fused", "slice-fused-nomkldnn"], "jax": ["step"], "keras": ["fit-auto", "step-nojit", "step-jit"]}
INFER = {"torch": ["slice"], "jax": ["step"], "keras": ["fit", "step-nojit", "step-jit"]}
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


def recurrent_flops(steps, sizes, gates):
    """Floating-point operations of the layers' products for one row, forward and backward: `sizes` from the features on."""
    total = 0
    for number, (inputs, units) in enumerate(zip(sizes, sizes[1:])):
        weights = gates * units * (inputs + units)
        backward = weights + gates * units * (units if number == 0 else inputs + units)  # of weights; of h, and of x behind the first layer
        total += 2 * steps * (weights + backward)
    return total


def transformer_flops(steps=64, features=14, width=128, hidden=512, layers=2):
    """The same for the transformer: three products for each weight and each score, two for the weights that read the input."""
    layer = 4 * width * width + 2 * width * hidden + 2 * steps * width
    return 2 * steps * (2 * features * width + 3 * layers * layer)


FLOPS = {
    "w0": recurrent_flops(30, [13, 64, 32], 4), "w1lstm": recurrent_flops(24, [80, 128, 128], 4),
    "w1gru": recurrent_flops(24, [80, 128, 128], 3), "w4": recurrent_flops(60, [20, 50, 50, 50], 4), "w3": transformer_flops(),
}


def ours(options, workload, mode, batch, threads):
    command = [options.apus, "train" if mode == "train" else "infer", "--workload", workload, "--batch", str(batch), "--threads", str(threads)]
    return command + ["--epochs", str(options.epochs)]


def peers(options, workload, mode, batch, variants):
    """{name: command} of each peer's variants, with all threads and with one."""
    found = {}
    for framework in FRAMEWORKS:
        python = getattr(options, framework)
        for variant in variants[framework] if python else []:
            for threads in sorted({1, options.threads}):
                script = os.path.join(options.peers, f"{framework}_peer.py")
                command = [python, script, "--mode", mode, "--variant", variant, "--workload", workload, "--batch", str(batch)]
                name = f"{framework} {variant}" + ("" if threads == options.threads else ", 1 thread")
                found[name] = command + ["--threads", str(threads), "--epochs", str(options.epochs)]
    return found


def race(options, row):
    """One row: all peers qualify in one run each, then ours, ours on one thread and the three fastest peers run in turn."""
    workload, mode, batch, variants = row
    finalists, qualifying = qualified(peers(options, workload, mode, batch, variants), 3)
    entries = {"apus": ours(options, workload, mode, batch, options.threads), "apus, 1 thread": ours(options, workload, mode, batch, 1)}
    results = in_turn(entries | finalists, options.rounds)
    times = {name: median(lines, "step_ms") for name, lines in results.items()}
    return dict(
        row=row, ours=times["apus"], single=times["apus, 1 thread"], memory=max(r["peak_rss_mb"] for r in results["apus"]),
        peers=sorted((t, name) for name, t in times.items() if name in finalists),
        others=sorted((median(lines, "step_ms"), name) for name, lines in qualifying.items() if name not in finalists),
        leanest=min((lines[0]["peak_rss_mb"] for lines in qualifying.values()), default=None),
        start=min((lines[0].get("first_step_s") or 1e9 for lines in qualifying.values()), default=None),
        busy=max(r.get("others_cores", 0) for lines in results.values() for r in lines))


def report(results, peak, threads):
    """The Markdown table of the rows."""
    lines = [
        "| workload | batch | Apus, ms | share of the FMA peak | gain of the second thread | fastest peer, ms | ratio | memory, Apus / leanest peer |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        workload, mode, batch, _ = result["row"]
        name = NAMES[workload] + {"train": "", "infer": ", prediction", "latency": ", prediction of one row"}[mode]
        share = f"{FLOPS[workload] * batch / (result['ours'] * 1e6) / (peak * threads):.0%}" if mode == "train" else ""
        gain = f"{result['single'] / result['ours']:.2f}×" if mode != "latency" else ""
        cells = [name, str(batch), f"{result['ours']:.3g}", share, gain]
        if result["peers"]:
            best, peer = result["peers"][0]
            cells += [f"{best:.3g} ({peer})", f"**{best / result['ours']:.1f}×**", f"{result['memory']} / {result['leanest']} MB"]
        else:
            cells += ["", "", f"{result['memory']} MB"]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "All peers, milliseconds; those behind the bar ran once, to qualify:", ""]
    for result in results:
        workload, mode, batch, _ = result["row"]
        raced, qualifying = (", ".join(f"{name} {time:.3g}" for time, name in result[key]) for key in ("peers", "others"))
        lines.append(f"- {NAMES[workload]}, {mode}, batch {batch}: {raced} | {qualifying}")
    return lines


def start_up(options, results):
    """Process start to the end of the first training step: the life of our whole process against the peers' own account of it."""
    command = [options.apus, "first-step", "--threads", str(options.threads)]
    seconds = median(in_turn({"apus": command}, 10)["apus"], "wall_s")
    first = next((r for r in results if r["row"][:3] == ("w0", "train", 32) and r["start"] is not None), None)
    text = f"Process start to the first training step done (two-headed LSTM): {seconds * 1e3:.0f} ms for the whole life of the process"
    return [text + (f"; the fastest peer needs {first['start']:.2f} s: **{first['start'] / seconds:.0f}×**." if first else ".")]
