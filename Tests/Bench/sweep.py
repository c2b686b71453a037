"""Shapes drawn at random, so that no path is fast for the named workloads only."""

import os
import random
import sys

from contest import FRAMEWORKS, in_turn, median

SHAPE_PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shape_peer.py")


def shapes(seed, count):
    """Odd sizes, sequences of 1 to 512 steps, batches of 1 to 4096 rows with a ragged last one, within a budget of work."""
    draw = random.Random(seed)
    logarithmic = lambda low, high: round(low * (high / low) ** draw.random())
    found = []
    while len(found) < count:
        layer = draw.choice(["lstm", "lstm", "gru", "gru", "transformer"])
        shape = dict(
            layer=layer, layers=draw.randint(1, 3), units=logarithmic(5, 300), sequence=logarithmic(1, 512), features=logarithmic(1, 150),
            batch=logarithmic(1, 4096))
        if layer == "transformer":
            shape["units"] = max(1, shape["units"] // 4) * 4  # four heads
            shape["sequence"] = min(shape["sequence"], 128)
        weights = shape["layers"] * shape["units"] * (4 * shape["units"] + 1024 if layer == "transformer" else 8 * shape["units"])
        work = weights * shape["sequence"] * shape["batch"] * 6
        if work > 4e10:
            continue
        steps = max(2, min(400, int(2e10 / max(work, 1))))
        shape["rows"] = (steps - 1) * shape["batch"] + draw.randint(1, shape["batch"])
        found.append(shape)
    return found


def contestants(options, shape):
    """Ours and each peer that has the layers; Keras with recurrent ones is never the fastest and slow to start."""
    arguments = [text for name, value in shape.items() for text in (f"--{name}", str(value))]
    arguments += ["--threads", str(options.threads), "--epochs", "3"]
    found = {"apus": [options.apus, "shape", *arguments]}
    for framework in FRAMEWORKS:
        python = getattr(options, framework)
        if not python or framework == ("jax" if shape["layer"] == "transformer" else "keras"):
            continue
        found[framework] = [python, SHAPE_PEER, "--framework", framework, "--peers", options.peers, *arguments]
    return found


def per_row(name, shape, results):
    """Microseconds of training for each row. XLA is compiled for whole batches only: its epoch has no ragged end."""
    steps = -(-shape["rows"] // shape["batch"])
    rows = steps * shape["batch"] if name == "jax" else shape["rows"]
    return median(results, "step_ms") * 1e3 * steps / rows


def race(options, shape):
    results = in_turn(contestants(options, shape), 1)
    if "apus" not in results:
        raise SystemExit(f"ApusBench failed on {shape}")
    times = {name: per_row(name, shape, lines) for name, lines in results.items()}
    ours = times.pop("apus")
    if not times:
        return None
    peer = min(times, key=times.get)
    result = dict(shape=shape, ours=ours, best=times[peer], peer=peer, ratio=times[peer] / ours)
    print(f"{shape}: {ours:.4g} µs a row, {peer} {times[peer]:.4g}, {result['ratio']:.2f}×", file=sys.stderr)
    return result


def report(results, seed):
    """The Markdown table, the worst ratio first."""
    ranked = sorted(results, key=lambda result: result["ratio"])
    ratios = [result["ratio"] for result in ranked]
    lines = [
        f"{len(ranked)} shapes drawn with seed {seed}. Ratio of the fastest peer to ours: worst **{ratios[0]:.2f}×**, median "
        f"{ratios[len(ratios) // 2]:.1f}×, best {ratios[-1]:.0f}×.",
        "", "| layers | T | F | batch (last) | Apus, µs a row | fastest peer, µs a row | ratio |", "|---|---|---|---|---|---|---|",
    ]
    for result in ranked:
        s = result["shape"]
        last = s["rows"] % s["batch"] or s["batch"]
        name = {"lstm": "LSTM", "gru": "GRU", "transformer": "transformer"}[s["layer"]]
        lines.append(
            f"| {name} {s['layers']}×{s['units']} | {s['sequence']} | {s['features']} | {s['batch']} ({last}) | {result['ours']:.3g} | "
            f"{result['best']:.3g} ({result['peer']}) | {result['ratio']:.1f}× |")
    return lines
