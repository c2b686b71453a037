"""`apus attach` and `%attach`: runs and kernels watched from outside, and a journal that cannot be written."""

import os
import pty
import re
import resource
import select
import signal
import subprocess
import time

import pytest
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from notebooks import Runs
from test_kernel_protocol import ASKS, QUICK, TIMEOUT, client, control, manager, published, reply_to  # noqa: F401

DEADLINE = 60


@pytest.fixture
def environment(jupyter_environment, tmp_path):
    """A state folder of its own, so that the journals of other tests are not in sight."""
    return dict(jupyter_environment, XDG_STATE_HOME=str(tmp_path / "state"))


@pytest.fixture
def endless(apus, endless_notebook, environment, tmp_path):
    """A run that trains until it is stopped."""
    runs = Runs(apus, endless_notebook, tmp_path / "run", environment, bars=4000, epochs=100000)
    run = runs.start()
    # Not only begun: what it shows is what the tests look for.
    wait_until(lambda: "Training" in attach(apus, environment, "--no-follow").stdout)
    yield run
    run.kill()
    run.communicate()


def attach(apus, environment, *arguments, **options):
    return subprocess.run([apus, "attach", *arguments], env=environment, capture_output=True, text=True, timeout=DEADLINE, **options)


def wait_until(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def percentages(text):
    return [int(p) for p in re.findall(r"(\d+)% \d+/", text)]


def test_a_run_is_watched_to_its_end(apus, endless_notebook, environment, tmp_path):
    run = Runs(apus, endless_notebook, tmp_path / "run", environment, bars=20000, epochs=8).start()
    wait_until(lambda: "%%train" in attach(apus, environment, "--list").stdout)
    watched = attach(apus, environment)
    assert watched.returncode == 0, watched.stderr
    assert run.wait(DEADLINE) == 0
    assert "Completed 8 epochs" in watched.stdout and "\x1b" not in watched.stdout and "\r" not in watched.stdout
    training, evaluation = watched.stdout.index("] %%train"), watched.stdout.index("] %%evaluate")
    assert training < evaluation < watched.stdout.index("] %%upload"), "the cells after it come in their order"
    assert percentages(watched.stdout)[-1] == 100
    again = attach(apus, environment, "endless.ipynb", "--cell", "3")
    assert again.returncode == 0 and "Completed 8 epochs" in again.stdout, "after the end, from the journal"


def test_interrupting_the_watching_leaves_the_run_alone(apus, endless, environment):
    watching = subprocess.Popen([apus, "attach", str(endless.pid)], env=environment, stdout=subprocess.PIPE, text=True)
    assert "%%train" in watching.stdout.readline()
    watching.send_signal(signal.SIGINT)
    assert watching.wait(DEADLINE) == 130
    assert endless.poll() is None
    once = attach(apus, environment, "--no-follow")
    assert once.returncode == 0 and "Training" in once.stdout


def test_progress_updates_in_place_on_a_terminal(apus, endless, environment):
    master, slave = pty.openpty()
    watching = subprocess.Popen([apus, "attach"], env=environment, stdout=slave, stderr=slave, stdin=slave)
    os.close(slave)
    text = ""
    wait = time.monotonic() + DEADLINE
    while text.count("\r\x1b[2KTraining") < 5:
        assert select.select([master], [], [], max(0, wait - time.monotonic()))[0], text
        text += os.read(master, 65536).decode(errors="replace")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(DEADLINE) == 130
    os.close(master)


def test_a_run_that_was_killed_is_lost_and_shown(apus, endless, environment):
    watching = subprocess.Popen([apus, "attach"], env=environment, stdout=subprocess.PIPE, text=True)
    first = watching.stdout.readline()
    assert "%%train" in first
    endless.kill()
    # Not communicate(), which does not know what readline() has read beyond the line.
    output = watching.stdout.read()
    assert watching.wait(DEADLINE) == 1
    assert "lost" in output and "Training" in output
    assert "lost" in attach(apus, environment, "1", "--list").stdout


def test_wrong_usage_and_nothing_to_watch(apus, environment):
    nothing = attach(apus, environment)
    assert nothing.returncode == 1 and environment["XDG_STATE_HOME"] in nothing.stderr
    assert attach(apus, environment, "--list").returncode == 1
    assert attach(apus, environment, "nowhere.ipynb").returncode == 2
    assert attach(apus, environment, "--cell", "0").returncode == 2
    help_page = attach(apus, environment, "--help")
    assert help_page.returncode == 0 and "130" in help_page.stdout


def test_a_second_client_attaches_and_its_interrupt_spares_the_cell(manager, client, apus, jupyter_environment):  # noqa: F811
    cell = client.execute(ASKS, allow_stdin=True)
    client.get_stdin_msg(timeout=TIMEOUT)
    other = BlockingKernelClient(connection_file=manager.connection_file)
    other.load_connection_file()
    other.start_channels()
    other.wait_for_ready(timeout=TIMEOUT)
    watching = other.execute("%attach")
    while (message := other.get_iopub_msg(timeout=TIMEOUT))["msg_type"] != "stream":
        pass
    assert message["parent_header"]["msg_id"] == watching and "%%auth" in message["content"]["text"]
    terminal = subprocess.run([apus, "attach", str(manager.provisioner.pid), "--no-follow"], env=jupyter_environment, capture_output=True, text=True)
    assert terminal.returncode == 0 and "%%auth" in terminal.stdout
    control(client, "interrupt_request")
    assert "goes on" in reply_to(other, watching)["content"]["evalue"]
    control(client, "interrupt_request")
    assert reply_to(client, cell)["content"]["ename"] == "Interrupted"
    other.stop_channels()


def start_kernel(environment, folder, **options):
    specs = KernelSpecManager(kernel_dirs=[environment["JUPYTER_PATH"] + "/kernels"])
    manager = KernelManager(kernel_name="apus", kernel_spec_manager=specs, connection_file=str(folder / "kernel.json"))
    log = open(folder / "log", "w")
    manager.start_kernel(env=environment, stderr=log, **options)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=TIMEOUT)
    return manager, client


def small_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.mark.parametrize("reason", ["full", "read-only"])
def test_a_journal_that_cannot_be_written_costs_no_cell(reason, environment, tmp_path):
    if reason == "full":
        manager, client = start_kernel(environment, tmp_path, preexec_fn=small_files)
    else:
        manager, client = start_kernel(dict(environment, XDG_STATE_HOME="/proc/1"), tmp_path)
    for _ in range(60):
        message_id = client.execute("%lsmagic")
        assert any(m["msg_type"] == "stream" for m in published(client, message_id))
        assert reply_to(client, message_id)["content"]["status"] == "ok"
    wait_until(lambda: "journal is off" in (tmp_path / "log").read_text())
    reply = reply_to(client, client.execute("%attach"))["content"]
    assert reply["status"] == ("ok" if reason == "full" else "error"), "what was written before is there"
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    assert (tmp_path / "log").read_text().count("journal is off") == 1


def growth(environment, folder, *arguments):
    """By how many KB a kernel grows over 10,000 cells that print."""
    folder.mkdir()
    manager, client = start_kernel(environment, folder, extra_arguments=list(arguments))

    def run(count):
        for _ in range(count // 100):
            for message_id in [client.execute("%lsmagic", store_history=False) for _ in range(100)]:
                published(client, message_id)
                reply_to(client, message_id)

    def resident():
        with open(f"/proc/{manager.provisioner.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    # Long enough for the first rewrite of a journal.
    run(5000)
    before = resident()
    run(10_000)
    grown = resident() - before
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return grown


def test_the_journal_takes_no_memory_a_cell(environment, tmp_path):
    # What the kernel remembers against replayed messages grows to a bound of its own.
    without = growth(environment, tmp_path / "without", "--no-journal")
    grown = growth(environment, tmp_path / "with")
    assert grown - without <= 1024, f"{grown} KB more after 10,000 cells, {without} KB without a journal"
