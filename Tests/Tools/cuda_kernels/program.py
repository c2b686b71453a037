"""The kernels as one program: its PTX, its machine code, and what each kernel takes of a multiprocessor."""

import dataclasses
import hashlib
import re

from . import BASELINE, KERNELS, OPTIONS, PROGRAM
from .nvrtc import CompileError

__all__ = ["CompileError", "Needs", "bounds", "digest", "kernels", "needs", "ptx"]


@dataclasses.dataclass(frozen=True)
class Needs:
    """What one kernel takes: registers and bytes of local memory of a thread, bytes of static shared memory of a block."""

    registers: int
    local: int
    shared: int


def ptx(compiler):
    """The PTX for the oldest GPU we support. Raises `CompileError`."""
    # NVRTC ends its text with a zero byte, which is no part of it.
    return compiler.ptx(KERNELS / PROGRAM, [f"--gpu-architecture={BASELINE}", *OPTIONS]).rstrip(b"\0")


def digest(text):
    """The header that names PTX by its digest."""
    why = "// Changes with Kernels.ptx, which is embedded beside it: build tools follow this file, but not all of them #embed.\n"
    return f"{why}// SHA-256: {hashlib.sha256(text).hexdigest()}\n"


def kernels(text):
    """The names of the kernels in PTX."""
    return re.findall(r"^\.visible \.entry (\w+)\(", text.decode(), re.MULTILINE)


def bounds(text):
    """{kernel: most threads of a block} of PTX."""
    found = re.findall(r"^\.visible \.entry (\w+)\([^)]*\)\s*\.maxntid (\d+), 1, 1$", text.decode(), re.MULTILINE)
    return {name: int(threads) for name, threads in found}


def needs(compiler, architecture):
    """{kernel: Needs} on GPUs of one architecture, such as `sm_90`. Raises `CompileError`."""
    _, log = compiler.cubin(KERNELS / PROGRAM, architecture, OPTIONS)
    return read_needs(log)


def read_needs(log):
    """{kernel: Needs} from what the assembler tells."""
    found = {}
    for part in re.split(r"Compiling entry function '", log)[1:]:
        name = part[: part.index("'")]
        local = sum(int(count) for count in re.findall(r"(\d+) bytes stack frame", part))  # of the kernel and of what it calls
        registers = int(re.search(r"Used (\d+) registers", part).group(1))
        shared = re.search(r"(\d+) bytes smem", part)
        found[name] = Needs(registers, local, int(shared.group(1)) if shared else 0)
    return found
