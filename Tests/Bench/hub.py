"""Downloads one large file with Apus and with huggingface_hub's plain HTTP path, one after the other, from a Hub on this machine.

    python Tests/Bench/hub.py --apus .build/binary/release/apus [--gigabytes 1] [--rounds 3] [--folder /dev/shm]

Needs huggingface_hub. The server is that of the tests (Tests/Tools/hub_server), which sends the file with sendfile(2). Every download
is a process with an empty cache. Apus verifies the SHA-256 and syncs the file; huggingface_hub compares the size only. The time is that of
the transfer: for huggingface_hub measured inside the process, without its imports; for Apus that of the whole process less that of a second
one that finds everything in the cache. `process_seconds` are from start to end. The peak of resident memory is the kernel's own (wait4).
In memory (`/dev/shm`) the disk plays no part; elsewhere Apus waits until the file is on the disk and huggingface_hub does not.
Prints one JSON line a download and one with the medians.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tools"))

from hub_process import running_hub  # noqa: E402

PEER = """
import sys, time
from huggingface_hub import hf_hub_download
start = time.perf_counter()
hf_hub_download("ann/big", "big.bin")
print(time.perf_counter() - start)
"""


def notebook(folder):
    cells = ["%%auth", "%%snapshot --repo ann/big --type model"]
    path = folder / "download.ipynb"
    body = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "outputs": [], "execution_count": None, "source": c} for i, c in enumerate(cells)]
    path.write_text(json.dumps({"cells": body, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def measure(command, environment, folder):
    """Seconds from start to end, what the process and its children used (rusage), and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{command[0]} failed:\n{output}")
    return seconds, usage, output


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", required=True, type=pathlib.Path)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", default="/dev/shm")
    options = parser.parse_args()
    size = int(options.gigabytes * 1e9)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, running_hub() as server:
        folder = pathlib.Path(folder)
        with open(folder / "big.bin", "wb") as file:
            while file.tell() < size:
                file.write(os.urandom(min(1 << 20, size - file.tell())))
        world = server.world("bench")
        world.admin("file", {"kind": "model", "name": "ann/big", "path": "big.bin", "file": str(folder / "big.bin")})
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
        contestants = {
            "apus": [str(options.apus.resolve()), "run", str(notebook(folder)), "-o", str(folder / "out.ipynb")],
            "huggingface_hub": [sys.executable, "-c", PEER],
        }
        results = {name: [] for name in contestants}
        for _ in range(options.rounds):
            for name, command in contestants.items():
                environment = dict(
                    kept, HOME=str(folder / "home"), HF_HOME=str(folder / "home"), HF_ENDPOINT=world.endpoint, HF_HUB_DISABLE_XET="1",
                    HF_HUB_DISABLE_PROGRESS_BARS="1", NO_PROXY="127.0.0.1", XDG_STATE_HOME=str(folder / "state"))  # fmt: skip
                whole, usage, output = measure(command, environment, folder)
                megabytes = usage.ru_maxrss / 1024
                if name == "huggingface_hub":
                    seconds = float(output.split()[-1])
                else:
                    seconds = whole - measure(command, environment, folder)[0]
                results[name].append((seconds, whole, megabytes))
                line = {"name": name, "seconds": round(seconds, 3), "process_seconds": round(whole, 3), "peak_resident_mb": round(megabytes, 1)}
                line |= {"user_seconds": round(usage.ru_utime, 3), "system_seconds": round(usage.ru_stime, 3)}
                print(json.dumps(dict(line, megabytes_per_second=round(size / seconds / 1e6))), flush=True)
                shutil.rmtree(folder / "home")
        medians, wholes = ({name: statistics.median(run[i] for run in runs) for name, runs in results.items()} for i in (0, 1))
        peaks = {name: max(run[2] for run in runs) for name, runs in results.items()}
        summary = {
            "name": "hub download",
            "bytes": size,
            "median_seconds": {name: round(value, 3) for name, value in medians.items()},
            "median_process_seconds": {name: round(value, 3) for name, value in wholes.items()},
            "throughput_ratio": round(medians["huggingface_hub"] / medians["apus"], 2),
            "process_ratio": round(wholes["huggingface_hub"] / wholes["apus"], 2),
            "peak_resident_mb": {name: round(value, 1) for name, value in peaks.items()},
        }
        print(json.dumps(summary))


if __name__ == "__main__":
    main()
