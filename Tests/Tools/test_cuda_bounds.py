"""The CUDA kernels in the emulator, under the address and undefined behaviour sanitizers, on memory that ends where its arrays end.

`cuda_bounds` launches every kernel on odd shapes, in three orders of threads, with padding poisoned and outputs full of NaN. So a kernel is
found out that reads or writes beside an array, loads a vector from a place that is not aligned for it, leaves an output unwritten, or lacks a
barrier.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

from cuda_kernels import PTX, REPOSITORY, program

SOURCES = pathlib.Path(__file__).with_name("cuda_bounds")
EMULATOR = REPOSITORY / "Tests" / "FakeCUDA"
# Kernels that keep all weights in registers compute an address in shared memory that they do not have, and never use it.
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize=pointer-overflow", "-fno-sanitize-recover=all"]


@pytest.fixture(scope="module")
def bounds(tmp_path_factory):
    """The program, made by the compiler that comes with Swift."""
    compiler = pathlib.Path(shutil.which("swift")).resolve().with_name("clang++")
    binary = tmp_path_factory.mktemp("bounds") / "bounds"
    includes = [f"-I{folder}" for folder in (REPOSITORY / "Sources" / "CApusCUDA" / "include", EMULATOR / "Emulator")]
    sources = [EMULATOR / "Kernels.cpp", *sorted(EMULATOR.glob("Emulator/*.cpp")), *sorted(SOURCES.glob("*.cpp"))]
    flags = ["-std=c++20", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fuse-ld=lld", *SANITIZERS, *includes]
    subprocess.run([compiler, *flags, *sources, "-o", binary], check=True)
    return binary


def run(bounds, *arguments):
    return subprocess.run([bounds, *arguments], capture_output=True, text=True, env=dict(os.environ, ASAN_OPTIONS="exitcode=66"))


def test_every_kernel_keeps_to_its_arrays(bounds):
    done = run(bounds)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.split() == sorted(program.kernels(PTX.read_bytes()))


def test_a_kernel_that_does_not_is_found(bounds):
    done = run(bounds, "mistake")
    assert done.returncode == 66 and "use-after-poison" in done.stderr and "step_mean" in done.stderr, done.stderr[-4000:]
