"""A run that is killed or interrupted at any instant leaves a readable notebook and a checkpoint, and continues to the same bits."""

import os
import random
import signal
import subprocess
import time

import pytest

from notebooks import Runs, report_of, text_of

SEED = int(os.environ.get("APUS_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
# Enough epochs that most kills hit the training; one takes some hundredths of a second.
SIZE = dict(bars=2500, epochs=24)


@pytest.fixture(scope="module")
def whole(apus, notebook_path, jupyter_environment, tmp_path_factory):
    """A run that was never stopped, and how long it trained."""
    runs = Runs(apus, notebook_path, tmp_path_factory.mktemp("whole"), jupyter_environment, **SIZE)
    process = runs.start()
    wait_for(runs.checkpoints / ".lock", process)
    start = time.monotonic()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    runs.seconds = time.monotonic() - start
    return runs


@pytest.fixture
def runs(apus, notebook_path, jupyter_environment, tmp_path):
    return Runs(apus, notebook_path, tmp_path, jupyter_environment, **SIZE)


def wait_for(path, process, seconds=60):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.001)


def wait_for_epoch(runs, process, count=1):
    """Until `count` checkpoints have been written."""
    seen = None
    latest = runs.checkpoints / "latest.checkpoint"
    for _ in range(count):
        wait_for(latest, process)
        deadline = time.monotonic() + 60
        while (now := identity(latest)) == seen:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline, "no further checkpoint was written"
            time.sleep(0.001)
        seen = now


def identity(path):
    """Changes with every checkpoint; between two renames there is none for a moment."""
    try:
        status = path.stat()
        return status.st_ino, status.st_mtime_ns
    except FileNotFoundError:
        return None


def assert_same_model(runs, whole):
    assert runs.published_model() == whole.published_model(), "the weights are not those of the run that was never stopped"


def resume(runs, **parameters):
    result = runs.run(resume=True, **parameters)
    assert result.returncode == 0, result.stderr
    return runs.cell("train")


def test_two_whole_runs_publish_the_same_bytes(runs, whole):
    assert runs.run().returncode == 0
    assert_same_model(runs, whole)


def test_killed_at_random_instants(runs, whole):
    """One run is killed again and again, each time at another instant, and each time continued."""
    print(f"APUS_TEST_SEED={SEED}")
    instants = random.Random(SEED)
    kills = 0
    while kills < 8:
        process = runs.start(resume=True)
        # Each attempt locks the folder when it begins to train; the file itself may be of an earlier one.
        (runs.checkpoints / ".lock").unlink(missing_ok=True)
        wait_for(runs.checkpoints / ".lock", process)
        try:
            process.wait(timeout=instants.uniform(0, 0.12 * whole.seconds))
            break  # It had come to its end.
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        kills += 1
        train = runs.cell("train")
        assert "shell.execute_reply" not in train.metadata.get("execution", {})
        assert not (runs.checkpoints / "latest.checkpoint").exists() or (runs.checkpoints / "latest.checkpoint").stat().st_size > 100_000
    assert kills >= 6, f"only {kills} kills before the run was done, seed {SEED}"
    train = resume(runs)
    assert "Continuing in epoch" in text_of(train) or "already" in text_of(train), text_of(train)
    assert_same_model(runs, whole)
    assert not list(runs.checkpoints.glob("*.incomplete")), "what the kills left half-written was not cleaned up"


def test_killed_while_a_checkpoint_is_written(runs, whole):
    """Stopped with SIGSTOP when the half-written file is seen; killed when it is still there then."""
    process = runs.start()
    incomplete = runs.checkpoints / "latest.checkpoint.incomplete"
    try:
        wait_for_epoch(runs, process)
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None and time.monotonic() < deadline, "no checkpoint was caught while it was written"
            if incomplete.exists():
                process.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, process.pid, os.WSTOPPED)
                if incomplete.exists():
                    break
                process.send_signal(signal.SIGCONT)
    finally:
        process.kill()
        process.communicate()
    runs.executed()
    train = resume(runs)
    assert "Continuing in epoch" in text_of(train)
    assert_same_model(runs, whole)
    assert not incomplete.exists()


def test_interrupted_and_resumed(runs, whole):
    process = runs.start()
    wait_for_epoch(runs, process, 3)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    report = report_of(runs.cell("train"))
    assert "--resume" in report and "interrupted" in report.lower(), report
    assert "--resume" in errors
    assert output == f"{runs.output}\n"
    train = resume(runs)
    assert "Continuing in epoch" in text_of(train)
    assert_same_model(runs, whole)


def test_the_best_weights_are_kept_after_an_interrupt(apus, notebook_path, jupyter_environment, tmp_path):
    """In one session: an interrupted %%train, and %%evaluate and %%upload after it."""
    runs = Runs(apus, notebook_path, tmp_path, jupyter_environment, bars=3000, epochs=100_000)
    runs.edit("train", "--early-stopping 15", "--early-stopping 0")
    command = runs.command() + ["--allow-errors", "--timeout", "3"]
    result = subprocess.run(command, env=runs.environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "accuracy" in text_of(runs.cell("evaluate")).lower()
    assert runs.published_model()


@pytest.mark.parametrize("cell,old,new,parameters,values", [
    ("train", "--batch-size 32", "--batch-size 64", {}, ("batch size", "32", "64")),
    ("train", "--plateau-factor 0.5", "--plateau-factor 0.25", {}, ("0.5", "0.25")),
    ("build", "Dropout(0.2)", "Dropout(0.3)", {}, ("0.2", "0.3")),
    (None, None, None, {"seed": 2}, ("seed", "1", "2")),
    (None, None, None, {"bars": 2900}, ("training data",)),
])
def test_another_option_or_other_data_cannot_be_continued(runs, cell, old, new, parameters, values):
    assert runs.run(epochs=1).returncode == 0
    before = {p.name: p.read_bytes() for p in runs.checkpoints.iterdir()}
    if cell:
        runs.edit(cell, old, new)
    result = runs.run(resume=True, epochs=2, **parameters)
    assert result.returncode == 1
    report = report_of(runs.cell("train"))
    for value in values + ("was", "is now", "without resuming"):
        assert value in report, report
    assert {p.name: p.read_bytes() for p in runs.checkpoints.iterdir()} == before, "the refused run changed the checkpoints"


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "missing"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before_it(runs, whole, damage):
    process = runs.start()
    wait_for_epoch(runs, process, 3)
    process.kill()
    process.communicate()
    latest = runs.checkpoints / "latest.checkpoint"
    content = bytearray(latest.read_bytes()) if latest.exists() else bytearray((runs.checkpoints / "previous.checkpoint").read_bytes())
    place = random.Random(SEED).randrange(len(content))
    print(f"APUS_TEST_SEED={SEED}, byte {place}")
    if damage == "truncated":
        del content[place:]
    elif damage == "flipped":
        content[place] ^= 0x10
    elif damage == "emptied":
        content.clear()
    if damage == "missing":
        latest.unlink(missing_ok=True)
    else:
        latest.write_bytes(content)
    train = resume(runs)
    shown = text_of(train)
    assert "Continuing in epoch" in shown
    if damage != "missing":
        assert "latest.checkpoint cannot be used" in shown and "previous.checkpoint" in shown, shown
    assert_same_model(runs, whole)


def test_two_damaged_checkpoints_are_told_and_nothing_is_overwritten(runs):
    assert runs.run(epochs=2).returncode == 0
    for name in ("latest", "previous"):
        path = runs.checkpoints / f"{name}.checkpoint"
        path.write_bytes(path.read_bytes()[:-1])
    before = {p.name: p.read_bytes() for p in runs.checkpoints.iterdir()}
    result = runs.run(resume=True)
    assert result.returncode == 1
    report = report_of(runs.cell("train"))
    assert "latest.checkpoint" in report and "previous.checkpoint" in report and "without resuming" in report
    assert {p.name: p.read_bytes() for p in runs.checkpoints.iterdir()} == before


def test_resuming_where_nothing_is_says_so_and_begins(runs, whole):
    train = resume(runs)
    assert "no checkpoint" in text_of(train)
    assert_same_model(runs, whole)


def test_two_runs_do_not_share_a_checkpoint_folder(runs):
    runs.edit("train", "--early-stopping 15", "--early-stopping 0")
    first = runs.start(epochs=100_000)
    try:
        wait_for(runs.checkpoints / ".lock", first)
        second = Runs(runs.apus, runs.source, runs.folder, runs.environment, **SIZE)
        second.output = runs.folder / "second.ipynb"
        result = second.run()
        assert result.returncode == 1
        assert "Another training run" in report_of(second.cell("train"))
    finally:
        first.kill()
        first.communicate()
