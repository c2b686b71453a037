"""What the models learn, not how fast: our scores beside those of Keras and PyTorch on the same rows."""

import json
import os
import statistics
import subprocess
import sys
import tempfile

from contest import environment, measure


def scores(options, seeds, epochs):
    """{name: {metric: (mean, standard deviation)}} of the last epoch on the validation rows."""
    found, tail = {}, ["--seeds", str(seeds), "--epochs", str(epochs), "--threads", str(options.threads)]
    script = os.path.join(options.peers, "learning_quality.py")
    for framework, python, more in (("keras", options.keras, []), ("torch", options.torch, ["--init", "keras"])):
        result = measure([python, script, "--framework", framework, *more, *tail]) if python else None
        if result:
            metrics = {name: tuple(result[name][-1]) for name in ("val_accuracy", "val_rmse", "val_log_loss")}
            found[framework] = metrics
    python = options.torch or options.keras or sys.executable
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, os.path.join(options.peers, "learnable.py"), folder], check=True, capture_output=True, env=environment())
        result = measure([options.apus, "learn", "--data", folder, *tail])
    if result is None:
        raise SystemExit("ApusBench learn failed")
    spread = lambda values: (statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0)
    metrics = {name: spread(result[name]) for name in ("val_accuracy", "val_rmse", "val_log_loss")}
    return {"apus": metrics} | found


def report(found, seeds, epochs):
    lines = [
        f"The two-headed LSTM on 20,000 made-up sequences, {epochs} epochs, {seeds} seeds, batch 32; validation rows after the last epoch, mean ± "
        "standard deviation over the seeds. PyTorch starts from weights drawn as Keras draws them.", "",
        "| | accuracy | RMSE of log(1 + bars) | log loss |", "|---|---|---|---|",
    ]
    for name, result in found.items():
        cells = ["{:.4f} ± {:.4f}".format(*result[key]) for key in ("val_accuracy", "val_rmse", "val_log_loss")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines
