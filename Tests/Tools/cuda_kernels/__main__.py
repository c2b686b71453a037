"""Writes Kernels.ptx, and tells with `--needs` what each kernel takes of a multiprocessor."""

import argparse
import sys

from . import ARCHITECTURES, DIGEST, PTX, nvrtc
from .budgets import allocated
from .program import CompileError, bounds, digest, kernels, needs, ptx


def print_needs(threads):
    """A line a kernel in the form of `budgets.csv`, each number that of the architecture that needs most, registers as they are allocated."""
    compiler = nvrtc.newest()
    of_all = [needs(compiler, architecture) for architecture in ARCHITECTURES]
    print("kernel,threads,registers,shared_bytes,local_bytes")
    for name in sorted(of_all[0]):
        registers, shared, local = (max(getattr(found[name], what) for found in of_all) for what in ("registers", "shared", "local"))
        print(f"{name},{threads.get(name)},{allocated(registers)},{shared},{local}")


parser = argparse.ArgumentParser(prog="cuda_kernels", description="Compiles the CUDA kernels to the PTX that the product carries.")
parser.add_argument("--needs", action="store_true", help="print what each kernel takes, and write nothing")
options = parser.parse_args()
try:
    text = ptx(nvrtc.oldest())
    if options.needs:
        print_needs(bounds(text))
    else:
        PTX.write_bytes(text)
        DIGEST.write_text(digest(text))
        print(f"{PTX}: {len(kernels(text))} kernels, {len(text):,} bytes")
except CompileError as error:
    sys.exit(str(error))
