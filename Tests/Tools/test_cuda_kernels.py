"""The CUDA kernels as NVIDIA's compiler sees them: the committed PTX is that of the source, and no kernel takes more of a GPU than it may.

Nothing here needs a GPU. What kernels compute is tested by Tests/FakeCUDA, and on a real GPU by Tests/Bench/cuda.
"""

import locale
import re

import pytest

from cuda_kernels import ARCHITECTURES, DIGEST, GENERATE, KERNELS, OPTIONS, PTX, REPOSITORY, budgets, nvrtc, program


@pytest.fixture(scope="module")
def ptx():
    return program.ptx(nvrtc.oldest())


@pytest.fixture
def compile_text(tmp_path):
    """Compiles other kernels than ours, as ours are compiled: a function of source and architecture."""

    def compile_text(text, architecture="sm_90"):
        path = tmp_path / "Other.cu"
        path.write_text(text)
        ptx = nvrtc.oldest().ptx(path, ["--gpu-architecture=compute_80", *OPTIONS])
        _, log = nvrtc.newest().cubin(path, architecture, OPTIONS)
        return program.bounds(ptx), program.read_needs(log)

    return compile_text


def test_the_committed_ptx_is_that_of_the_source(ptx):
    same = PTX.read_bytes() == ptx
    assert same, f"{PTX} is not what the kernels beside it compile to: run {GENERATE} and commit the file"
    assert DIGEST.read_text() == program.digest(ptx), f"{DIGEST} is not that of {PTX}: run {GENERATE} and commit the file"


def test_the_ptx_is_for_old_drivers_and_says_so(ptx):
    assert b"\n.version 8.0\n.target sm_80\n.address_size 64\n" in ptx


def test_every_source_file_is_in_the_program():
    sources = sorted(KERNELS.rglob("*.cuh"))
    included = {
        (source.parent / name).resolve()
        for source in [KERNELS / "Kernels.cu", *sources] for name in re.findall(r'^#include "(.+\.cuh)"$', source.read_text(), re.MULTILINE)}
    assert included == set(sources)


def test_the_engine_launches_every_kernel(ptx):
    """By name, or by that of a family whose members end with the units they are for."""
    sources = (REPOSITORY / "Sources" / "ApusCUDAEngine").rglob("*.swift")
    named = {name for source in sources for name in re.findall(r'"(\w+)"', source.read_text())}
    idle = [name for name in program.kernels(ptx) if name not in named and re.sub(r"_\d+$", "", name) not in named]
    assert not idle, f"kernels that nothing launches: {', '.join(idle)}"


def test_compiling_leaves_the_locale_alone(ptx, compile_text):
    compile_text(SHARED)
    assert locale.getencoding().upper() == "UTF-8"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_kernel_keeps_its_budget(ptx, architecture):
    needs = program.needs(nvrtc.newest(), architecture)
    with budgets.TABLE.open() as table:
        complaints = budgets.complaints(budgets.read(table), program.bounds(ptx), needs)
    assert not complaints, "\n".join(complaints)
    assert sorted(needs) == sorted(program.kernels(ptx))


def test_a_warning_is_an_error(compile_text):
    with pytest.raises(nvrtc.CompileError, match="never referenced"):
        compile_text('extern "C" __global__ void __launch_bounds__(32) k(float *x) { int unused; x[0] = 1; }')


def test_an_error_names_its_line(compile_text):
    with pytest.raises(nvrtc.CompileError, match=r"Other\.cu\(2\): error"):
        compile_text('extern "C" __global__ void __launch_bounds__(32) k(float *x) {\n    x[0] = y;\n}')


SPILLING = """
extern "C" __global__ void __launch_bounds__(1024) spilling(float *x) {
    float kept[120], sum = 0;
#pragma unroll
    for (int i = 0; i < 120; i++) kept[i] = x[i * 1024 + threadIdx.x];
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 120; i++) x[i * 1024 + threadIdx.x + 1] = kept[119 - i] * kept[(i * 7 + 3) % 120] + sum++;
}
"""


def test_values_without_a_register_are_found(compile_text):
    threads, needs = compile_text(SPILLING)
    assert threads == {"spilling": 1024} and needs["spilling"].local > 0
    complaints = budgets.complaints({"spilling": budgets.Budget(1024, 64, 0)}, threads, needs)
    assert complaints == [f"spilling takes {needs['spilling'].local} bytes of local memory, its budget is 0"]


SHARED = """
extern "C" __global__ void __launch_bounds__(256) shared(float *x) {
    __shared__ float s[512];
    s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = s[255 - threadIdx.x];
}
"""


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("", "shared has no budget"),
        ("shared,256,64,2048,0\nother,32,8,0,0\n", "other has a budget and is no kernel"),
        ("shared,128,64,2048,0\n", "shared is compiled for 256 threads, its budget says 128"),
        ("shared,256,2,2048,0\n", r"shared takes \d+ registers, its budget is 2"),
        ("shared,256,64,2047,0\n", "shared takes 2048 bytes of shared memory, its budget is 2047"),
        ("shared,256,64,49153,0\n", "shared may take 49153 bytes of static shared memory, there are 49152"),
        ("shared,256,257,2048,0\n", "shared may take 67584 registers a block, there are 65536"),
    ],
)
def test_what_exceeds_a_budget_is_named(compile_text, table, complaint):
    kept = budgets.read(("kernel,threads,registers,shared_bytes,local_bytes\n" + table).splitlines())
    complaints = budgets.complaints(kept, *compile_text(SHARED))
    assert len(complaints) == 1 and re.fullmatch(complaint, complaints[0]), complaints


def test_all_registers_and_all_shared_memory_may_be_taken(compile_text):
    kept = {"shared": budgets.Budget(256, 256, 49_152)}
    assert budgets.complaints(kept, *compile_text(SHARED)) == []


def test_a_kernel_has_one_budget():
    with pytest.raises(ValueError, match="shared has two budgets"):
        budgets.read("kernel,threads,registers,shared_bytes,local_bytes\nshared,256,64,0,0\nshared,256,64,0,0\n".splitlines())


@pytest.mark.parametrize(("package", "version"), [("nvidia-cuda-nvrtc", "13.0.87"), ("nvidia-cuda-nvrtc-of-none", "1.0")])
def test_another_version_is_not_used(package, version):
    with pytest.raises(RuntimeError, match=r"\./Tests/run tools"):
        nvrtc.Compiler(package, version, "nvidia/cu13/lib", "libnvrtc.so.13", "libnvrtc-builtins.so.13.0")
