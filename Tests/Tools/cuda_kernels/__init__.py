"""Compiles the CUDA kernels by NVRTC, NVIDIA's compiler as a library, which needs neither a GPU nor a driver nor the CUDA toolkit.

    ./Tests/Tools/cuda_kernels/generate             writes Sources/CApusCUDA/Kernels.ptx and KernelsDigest.h
    ./Tests/Tools/cuda_kernels/generate --needs     tells registers and shared memory of every kernel

Two versions of the library come from PyPI, see `requirements.txt`. The oldest one that we support makes the PTX which the product carries:
PTX of CUDA 12.0 is understood by every driver from 525 on. A newer one compiles the same source to machine code for real GPUs and tells what
each kernel needs of them. `test_cuda_kernels.py` checks both.
"""

import pathlib

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
KERNELS = REPOSITORY / "Sources" / "CApusCUDA" / "Kernels"
PTX = KERNELS.with_suffix(".ptx")
# Names the PTX by its digest; a build tool that follows includes but not #embed sees by it that the PTX has changed.
DIGEST = KERNELS.parent / "KernelsDigest.h"
PROGRAM = "Kernels.cu"

# What the product supports at least, compute capability 8.0, and what we compile for to see what kernels need: A100, H100 and H200, B200.
BASELINE = "compute_80"
ARCHITECTURES = ["sm_80", "sm_90", "sm_100"]
OPTIONS = [
    "--std=c++17",
    "-default-device",  # the header that kernels share with C has a plain function
    "--fmad=false",  # products are fused with sums where the source says so: the same arithmetic on every GPU and on the CPU
]
GENERATE = "./Tests/Tools/cuda_kernels/generate"
