"""Writes Kernels.ptx, or with `--output FILE` somewhere else."""

import argparse
import pathlib
import sys

from . import PTX, nvrtc
from .program import CompileError, kernels, ptx

parser = argparse.ArgumentParser(prog="cuda_kernels", description="Compiles the CUDA kernels to the PTX that the product carries.")
parser.add_argument("--output", type=pathlib.Path, default=PTX, help="the file to write")
output = parser.parse_args().output
try:
    text = ptx(nvrtc.oldest())
except CompileError as error:
    sys.exit(str(error))
output.write_bytes(text)
print(f"{output}: {len(kernels(text))} kernels, {len(text):,} bytes")
