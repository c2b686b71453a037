"""Every reader gets damaged inputs for some seconds: as it is built for users, and under the address sanitizer.

`APUS_FUZZ_SECONDS=3600` tries for an hour; Tests/Fuzz/Readers.swift has the list of readers.
"""

import os
import pathlib
import re
import subprocess

import pytest

SECONDS = os.environ.get("APUS_FUZZ_SECONDS", "25")
TESTS = pathlib.Path(__file__).resolve().parents[1]
BUILDS = {
    "release": ("APUS_FUZZ", ["--memory", "4096"], {}),
    # A sanitizer needs address space, and refuses allocations itself.
    "address": ("APUS_FUZZ_ADDRESS", ["--memory", "0"], {"ASAN_OPTIONS": "max_allocation_size_mb=2048:hard_rss_limit_mb=4096:detect_leaks=0"}),
}


@pytest.mark.parametrize("build", BUILDS)
def test_no_input_ends_a_reader(build, tmp_path):
    variable, options, environment = BUILDS[build]
    binary = os.environ.get(variable)
    assert binary, f"set {variable} to the ApusFuzz program, or use ./Tests/run tools"
    command = [binary, "--seconds", SECONDS, "--tests", TESTS, "--state", tmp_path / "state", *options]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, **environment), cwd=tmp_path, timeout=600 + 2 * float(SECONDS))
    print(done.stdout)
    state = (tmp_path / "state").read_text()
    assert done.returncode == 0, f"ended by {done.returncode} at `ApusFuzz --reader {state.strip()} --count 1`\n{done.stdout}{done.stderr[-8000:]}"
    assert re.search(r"^\d+ inputs in \d+ readers, nothing found$", done.stdout, re.MULTILINE), done.stdout
    # Each reader takes some of its inputs: the undamaged ones at least.
    accepted = re.findall(r"(\d+) of them accepted", done.stdout)
    assert len(accepted) >= 20 and "0" not in accepted, done.stdout


def test_an_input_that_takes_too_long_or_too_much_memory_is_found(tmp_path):
    binary = os.environ.get("APUS_FUZZ")
    assert binary, "set APUS_FUZZ to the ApusFuzz program, or use ./Tests/run tools"
    command = [binary, "--tests", TESTS, "--state", tmp_path / "state", "--seed", "7", "--count", "1"]
    for reader, said in {"self-test-endless": -14, "self-test-memory": None}.items():
        done = subprocess.run(command + ["--reader", reader, "--input-seconds", "1", "--memory", "2048"], capture_output=True, text=True, timeout=120)
        assert done.returncode < 0 and (said is None or done.returncode == said), done.stdout + done.stderr
        assert (tmp_path / "state").read_text().strip() == f"{reader} --seed 7 --from 0"
