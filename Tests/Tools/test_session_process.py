"""Cells run in a process of their own: whatever ends it, the kernel and the run go on, and nothing stays behind."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from notebooks import Runs
from test_durability import SIZE, assert_same_model, resume, wait_for, wait_for_epoch, whole
from test_kernel_protocol import ASKS, QUICK, TIMEOUT, client, control, is_alive, manager, published, reply_to, start_question

__all__ = ["client", "manager", "whole"]
DEADLINE = 30


def children(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except FileNotFoundError:
            pass
    return found


def session_of(pid):
    """The session process of a kernel or a run; there is at most one."""
    deadline = time.monotonic() + DEADLINE
    while not (found := children(pid)):
        assert time.monotonic() < deadline, "there is no session process"
        time.sleep(0.005)
    assert len(found) == 1
    assert pathlib.Path(f"/proc/{found[0]}/cmdline").read_bytes().split(b"\0")[:2] == [b"apus", b"session"]
    return found[0]


def wait_until_gone(pid):
    """Gone altogether: a zombie counts as being there."""
    deadline = time.monotonic() + DEADLINE
    while pathlib.Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, f"process {pid} stayed behind"
        time.sleep(0.005)


def state(pid):
    return re.search(r"^State:\s+(\S)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1]


def text_of(messages, name):
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream" and m["content"]["name"] == name)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT"])
def test_a_session_that_dies_in_mid_cell(client, manager, name):
    assert reply_to(client, client.execute("let lost = 1"))["content"]["status"] == "ok"
    session = session_of(manager.provisioner.pid)
    cell, _ = start_question(client)
    behind = client.execute(QUICK)
    os.kill(session, getattr(signal, name))
    content = reply_to(client, cell)["content"]
    assert (content["status"], content["ename"]) == ("error", "SessionEnded")
    assert name in content["evalue"]
    report = "\n".join(content["traceback"])
    assert "variables of earlier cells are gone" in report and "run the earlier cells again" in report
    assert ("ran out of memory" in report) == (name == "SIGKILL")
    errors = [m["content"]["ename"] for m in published(client, cell) if m["msg_type"] == "error"]
    assert errors == ["SessionEnded"]
    assert reply_to(client, behind)["content"]["status"] == "aborted"
    wait_until_gone(session)
    shown = published(client, (after := client.execute("%parameters")))
    assert reply_to(client, after)["content"]["status"] == "ok"
    assert "lost" not in json.dumps([m["content"] for m in shown])
    assert session_of(manager.provisioner.pid) != session


def test_a_session_that_dies_while_idle(client, manager):
    assert is_alive(client)
    session = session_of(manager.provisioner.pid)
    os.kill(session, signal.SIGSEGV)
    wait_until_gone(session)
    assert reply_to(client, client.complete("%%tra", 5))["content"]["matches"] == ["%%train"]
    message_id = client.execute(QUICK)
    messages = published(client, message_id)
    assert reply_to(client, message_id)["content"]["status"] == "ok"
    assert "SIGSEGV" in text_of(messages, "stderr") and "variables of earlier cells are gone" in text_of(messages, "stderr")
    messages = published(client, client.execute(QUICK))
    assert text_of(messages, "stderr") == ""


def test_fifty_deaths_in_a_row(client, manager):
    kernel = manager.provisioner.pid
    descriptors = 0
    for number in range(51):
        cell, _ = start_question(client)
        os.kill(session_of(kernel), signal.SIGKILL if number % 2 else signal.SIGABRT)
        assert reply_to(client, cell)["content"]["ename"] == "SessionEnded"
        assert is_alive(client)
        # The first death may start a thread that stays.
        descriptors = descriptors or len(os.listdir(f"/proc/{kernel}/fd"))
    assert len(os.listdir(f"/proc/{kernel}/fd")) <= descriptors + 1
    assert len(children(kernel)) == 1


def test_everything_answers_while_the_session_is_stopped(client, manager):
    """A process that swaps, or hangs in a driver, is not asked for ever."""
    assert is_alive(client)
    session = session_of(manager.provisioner.pid)
    os.kill(session, signal.SIGSTOP)
    cell = client.execute(QUICK)
    for message_id in (client.kernel_info(), client.complete("%%tra", 5), client.inspect("%%train", 4), client.is_complete("let xs = [1,")):
        assert reply_to(client, message_id)["content"]["status"] in ("ok", "incomplete")
    os.kill(session, signal.SIGCONT)
    assert reply_to(client, cell)["content"]["status"] == "ok"


@pytest.mark.parametrize("stopped", [False, True])
def test_shutdown_leaves_nothing_behind(client, manager, stopped):
    """Also when the session cannot answer any more."""
    start_question(client)
    process = manager.provisioner.process
    session = session_of(process.pid)
    if stopped:
        os.kill(session, signal.SIGSTOP)
    start = time.monotonic()
    assert control(client, "shutdown_request", {"restart": False})["content"]["status"] == "ok"
    assert process.wait(timeout=TIMEOUT) == 0
    assert time.monotonic() - start < 1.5
    wait_until_gone(session)


def test_a_kernel_that_is_killed_takes_its_session_along(client, manager):
    start_question(client)
    session = session_of(manager.provisioner.pid)
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    wait_until_gone(session)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_of_the_terminal_do_not_reach_the_session(client, manager, name):
    """They go to the whole group of processes; what they mean is for the kernel to say."""
    assert reply_to(client, client.execute("let kept = 1"))["content"]["status"] == "ok"
    session = session_of(manager.provisioner.pid)
    for _ in range(3):
        os.kill(session, getattr(signal, name))
    shown = published(client, client.execute("%parameters"))
    assert "kept" in json.dumps([m["content"] for m in shown])
    assert session_of(manager.provisioner.pid) == session


def test_an_interrupt_keeps_the_session_and_its_state(client, manager):
    assert reply_to(client, client.execute("let kept = 1"))["content"]["status"] == "ok"
    session = session_of(manager.provisioner.pid)
    cell, _ = start_question(client)
    control(client, "interrupt_request")
    assert reply_to(client, cell)["content"]["ename"] == "Interrupted"
    shown = published(client, client.execute("%parameters"))
    assert "kept" in json.dumps([m["content"] for m in shown])
    assert session_of(manager.provisioner.pid) == session


def test_the_session_holds_nothing_of_the_kernel(client, manager):
    assert is_alive(client)
    links = {int(fd): os.readlink(f"/proc/{session}/fd/{fd}") for session in [session_of(manager.provisioner.pid)]
             for fd in os.listdir(f"/proc/{session}/fd")}
    assert links[0] == "/dev/null" and links[1].startswith("pipe:") and links[2].startswith("pipe:")
    assert sum(link.startswith("socket:") for link in links.values()) == 1, links
    assert "libzmq" not in pathlib.Path(f"/proc/{session_of(manager.provisioner.pid)}/maps").read_text()


def test_the_kernel_info_comes_before_any_session(client, manager):
    assert reply_to(client, client.kernel_info())["content"]["status"] == "ok"
    assert reply_to(client, client.complete("%%tra", 5))["content"]["matches"] == ["%%train"]
    assert children(manager.provisioner.pid) == []


# --- apus run ---


@pytest.fixture
def runs(apus, endless_notebook, jupyter_environment, tmp_path):
    return Runs(apus, endless_notebook, tmp_path / "run", jupyter_environment, bars=2500, epochs=10000)


@pytest.fixture
def training(runs):
    """A run that trains, and the number of its session process."""
    process = subprocess.Popen(
        runs.command(), env=runs.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        wait_for(runs.checkpoints / "latest.checkpoint", process)
        yield process, session_of(process.pid)
    finally:
        process.kill()
        process.communicate()


def errors_in(runs):
    return [o.ename for cell in runs.executed().cells if cell.cell_type == "code" for o in cell.outputs if o.output_type == "error"]


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_run_whose_session_dies(training, runs, name):
    process, session = training
    os.kill(session, getattr(signal, name))
    _, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert name in errors and "%%train --resume" in errors
    assert errors_in(runs) == ["SessionEnded"]
    wait_until_gone(session)


def test_a_training_whose_session_died_resumes_to_the_same_bits(apus, notebook_path, jupyter_environment, tmp_path, whole):
    runs = Runs(apus, notebook_path, tmp_path, jupyter_environment, **SIZE)
    process = runs.start()
    wait_for_epoch(runs, process, 3)
    os.kill(session_of(process.pid), signal.SIGKILL)
    process.communicate(timeout=DEADLINE)
    assert process.returncode == 1 and errors_in(runs) == ["SessionEnded"]
    resume(runs)
    assert_same_model(runs, whole)


def test_control_c_interrupts_the_training_and_not_the_session(training, runs):
    process, session = training
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert errors_in(runs) == ["Interrupted"]
    wait_until_gone(session)


def test_control_c_twice_leaves_no_session(training):
    process, session = training
    # A session that does not even see the first one.
    os.kill(session, signal.SIGSTOP)
    deadline = time.monotonic() + DEADLINE
    while process.poll() is None:
        assert time.monotonic() < deadline
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    assert process.returncode == 130
    wait_until_gone(session)


def test_a_session_by_hand_is_refused(apus):
    result = subprocess.run([apus, "session", "1"], capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 2 and "not by hand" in result.stderr and result.stdout == ""
    assert "session" not in subprocess.run([apus, "--help"], capture_output=True, text=True).stdout.split("SUBCOMMANDS")[1]
