"""What the races share: running contestants in turn, medians, and the description of the machine."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time

FRAMEWORKS = ("torch", "jax", "keras")


def environment():
    """Some images force OpenBLAS to another processor's kernels, which would slow the peers down."""
    return {name: value for name, value in os.environ.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}


def measure(command):
    """The JSON line a contestant prints, with the life of its process in `wall_s`; None when it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    wall = time.perf_counter() - start
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        print(f"failed: {' '.join(map(str, command))}\n{done.stderr[-300:]}", file=sys.stderr)
        return None
    return dict(json.loads(lines[-1]), wall_s=wall)


def in_turn(contestants, rounds):
    """{name: results} of all commands {name: command}, one after the other, so that a machine that changes its speed changes it for all."""
    results = {}
    for _ in range(rounds):
        for name, command in contestants.items():
            result = measure(command)
            if result:
                results.setdefault(name, []).append(result)
    return results


def median(results, key):
    return statistics.median(result[key] for result in results)


def qualified(contestants, count):
    """The `count` fastest commands of {name: command} after one run each, and the results of those runs."""
    results = in_turn(contestants, 1)
    ranked = sorted(results, key=lambda name: median(results[name], "step_ms"))
    return {name: contestants[name] for name in ranked[:count]}, results


def machine(options, peak):
    """The processor, the system and the versions, for the head of a table."""
    fields = dict(line.split(":", 1) for line in open("/proc/cpuinfo").read().split("\n\n")[0].splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    flags = fields.get("flags", "").split()
    widest = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "no AVX2")
    family = f"family {fields.get('cpu family')}, model {fields.get('model')}"
    memory = int(open("/proc/meminfo").readline().split()[1]) / (1 << 20)
    text = f"{fields.get('model name', platform.machine())} ({family}, {widest}), {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}"
    versions = []
    for framework in FRAMEWORKS:
        python = getattr(options, framework)
        if python:
            names = {"torch": ["torch"], "jax": ["jax", "jaxlib"], "keras": ["keras", "tensorflow-cpu"]}[framework]
            code = f"import importlib.metadata as m; print(', '.join(n + ' ' + m.version(n) for n in {names!r}))"
            versions.append(subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip())
    return f"{text}; measured FMA peak {peak:.0f} GFLOP/s a core. Peers: {'; '.join(versions) or 'none'}."


def add_options(parser):
    parser.add_argument("--apus", required=True, help="the ApusBench executable of a release build")
    parser.add_argument("--peers", required=True, help="folder of the peers' scripts")
    for framework in FRAMEWORKS:
        parser.add_argument(f"--{framework}", help=f"interpreter that has {framework}")
    parser.add_argument("--threads", type=int, default=2)
