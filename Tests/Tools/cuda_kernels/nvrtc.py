"""The part of NVRTC's interface that compiling takes, from the shared libraries in two packages of PyPI.

Source: https://docs.nvidia.com/cuda/nvrtc, nvrtc.h.
"""

import contextlib
import ctypes
import importlib.metadata
import re

# What the assembler tells because it was asked to: the needs of a kernel.
TOLD = re.compile(r"ptxas (info|  *\.) ")


class CompileError(Exception):
    """The source does not compile, or not without a warning; the text is the compiler's."""


@contextlib.contextmanager
def own_locale():
    """Keeps the locale of this thread, which NVRTC leaves at "C": Python would from then on read files as ASCII."""
    uselocale = ctypes.CDLL(None).uselocale
    uselocale.argtypes, uselocale.restype = [ctypes.c_void_p], ctypes.c_void_p
    before = uselocale(None)
    try:
        yield
    finally:
        uselocale(before)


class Compiler:
    """One version of NVRTC.

    Raises `RuntimeError` where its package is not installed in this very version, and `OSError` where the library cannot be loaded.
    """

    def __init__(self, package, version, folder, library, builtins):
        try:
            distribution = importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            raise RuntimeError(f"{package} {version} is not installed: ./Tests/run tools installs Tests/Tools/requirements.txt") from None
        if distribution.version != version:
            raise RuntimeError(f"{package} is {distribution.version}, not {version}: ./Tests/run tools installs Tests/Tools/requirements.txt")
        self.name = f"NVRTC {version}"
        # The compiler opens its builtins by their bare name, which finds them once they are loaded; not every package has a run path.
        self._builtins = ctypes.CDLL(str(distribution.locate_file(f"{folder}/{builtins}")))
        self._library = ctypes.CDLL(str(distribution.locate_file(f"{folder}/{library}")))
        self._library.nvrtcGetErrorString.restype = ctypes.c_char_p

    def ptx(self, path, options):
        """The PTX of a source file. Raises `CompileError`."""
        return self._compile(path, options, "PTX")[0]

    def cubin(self, path, architecture, options):
        """(machine code, what the assembler tells of every kernel) of a source file. Raises `CompileError`."""
        return self._compile(path, [f"--gpu-architecture={architecture}", "--ptxas-options=-v", *options], "CUBIN")

    def _compile(self, path, options, result):
        program = ctypes.c_void_p()
        name = path.name.encode()
        self._call("nvrtcCreateProgram", ctypes.byref(program), path.read_bytes(), name, 0, None, None)
        try:
            encoded = [option.encode() for option in [*options, f"--include-path={path.parent}"]]
            with own_locale():
                status = self._library.nvrtcCompileProgram(program, len(encoded), (ctypes.c_char_p * len(encoded))(*encoded))
            log = self._text(program, "ProgramLog").rstrip(b"\0").decode().strip()
            # There is no option that turns warnings into errors: a clean compilation says nothing else.
            if status != 0 or not all(TOLD.match(line) for line in log.splitlines()):
                raise CompileError(f"{self.name}: {self._error(status) if status != 0 else 'not without a warning'}\n{log}")
            return self._text(program, result), log
        finally:
            self._call("nvrtcDestroyProgram", ctypes.byref(program))

    def _text(self, program, what):
        size = ctypes.c_size_t()
        self._call(f"nvrtcGet{what}Size", program, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        self._call(f"nvrtcGet{what}", program, buffer)
        return buffer.raw

    def _call(self, function, *arguments):
        status = getattr(self._library, function)(*arguments)
        if status != 0:
            raise RuntimeError(f"{self.name}: {function}: {self._error(status)}")

    def _error(self, status):
        return self._library.nvrtcGetErrorString(status).decode()


def oldest():
    """The compiler that makes the PTX: the first of CUDA 12, whose PTX every driver from 525 on understands."""
    return Compiler("nvidia-cuda-nvrtc-cu12", "12.0.76", "nvidia/cuda_nvrtc/lib", "libnvrtc.so.12", "libnvrtc-builtins.so.12.0")


def newest():
    """The compiler that knows all architectures we check."""
    return Compiler("nvidia-cuda-nvrtc", "13.0.88", "nvidia/cu13/lib", "libnvrtc.so.13", "libnvrtc-builtins.so.13.0")
