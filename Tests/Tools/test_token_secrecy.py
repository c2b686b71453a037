"""A marker token is searched in everything that is written, shown, or visible of the processes."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time
import uuid

import jupyter_client
import nbformat
import pytest

from hub_process import running_hub

MARKER = "hf_MarkerSecretMarker0123456789"
SECRET = b"MarkerSecretMarker"


@pytest.fixture
def world():
    with running_hub() as server:
        world = server.world(uuid.uuid4().hex)
        world.admin("user", {"token": MARKER, "name": "ann", "role": "write", "display": "laptop"})
        world.admin("repository", {"kind": "dataset", "name": "ann/private", "private": True})
        yield world


@pytest.fixture
def environment(world, tmp_path):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    return dict(
        kept, HOME=str(tmp_path), HF_HOME=str(tmp_path / "hf"), HF_ENDPOINT=world.endpoint, XDG_STATE_HOME=str(tmp_path / "state"),
        XDG_DATA_HOME=str(tmp_path / "data"), XDG_CACHE_HOME=str(tmp_path / "cache"), TMPDIR=str(tmp_path), NO_PROXY="127.0.0.1")


def write(path, *cells):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    return path


def files_with_the_token(folder, besides=()):
    files = [path for path in pathlib.Path(folder).rglob("*") if path.is_file() and not path.is_symlink() and path not in besides]
    assert files
    return [path for path in files if SECRET in path.read_bytes()]


def descendants(process):
    """The processes that a process started, and those that they did."""
    found = []
    for task in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(number) for number in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
    return found


def of_process(process, name):
    return pathlib.Path(f"/proc/{process}/{name}").read_bytes()


@pytest.mark.parametrize("endpoint", ["right", "wrong", "away"])
def test_whatever_a_run_writes(apus, world, environment, tmp_path, endpoint):
    """Cells that work and cells that fail, and every kind of report; a hub that repeats the token in its errors."""
    variables = dict(environment, HF_TOKEN=MARKER)
    if endpoint == "wrong":
        world.faults({"kind": "status", "status": 403, "path": "private", "times": 99, "body": f'{{"error": "the token {MARKER} is bad"}}'})
    if endpoint == "away":
        variables["HF_ENDPOINT"] = "http://127.0.0.1:9"
    source = write(
        tmp_path / "nb.ipynb", "%%install", "%%auth", "%who", "%%snapshot --repo ann/private", "%%snapshot --repo ann/nosuch",
        "%%auth --hub http://[::1", "%%auth?", "%%download --repo ann/private --timeframe 15m", "%who")
    command = [apus, "run", source, "-o", "out.ipynb", "--junit", "junit.xml", "--html", "report.html", "--show-outputs", "--allow-errors"]
    done = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, timeout=120)
    assert {path.name for path in tmp_path.iterdir()} >= {"out.ipynb", "junit.xml", "report.html", "state"}, done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert files_with_the_token(tmp_path) == []


def test_a_token_that_was_typed_is_in_the_token_file_alone(apus, world, environment, tmp_path):
    subprocess.run([apus, "install", "--prefix", tmp_path / "jupyter"], check=True, stdout=subprocess.DEVNULL)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in dict(environment, JUPYTER_PATH=str(tmp_path / "jupyter" / "share" / "jupyter"), JUPYTER_RUNTIME_DIR=str(tmp_path / "run")).items():
            patch.setenv(name, value)
        manager, client = jupyter_client.manager.start_new_kernel(kernel_name="apus")
        try:
            heard = []
            reply = client.execute_interactive(
                "%%auth --prompt --store", allow_stdin=True, timeout=60, output_hook=heard.append,
                stdin_hook=lambda message: (heard.append(message), client.input(MARKER)))
            assert reply["content"]["status"] == "ok", reply
            asked = [message for message in heard if message["msg_type"] == "input_request"]
            assert len(asked) == 1 and asked[0]["content"]["password"] is True
            for cell in ("%who", "%%snapshot --repo ann/nosuch", "%attach"):
                heard.append(client.execute_interactive(cell, timeout=60, output_hook=heard.append))
            heard.append(client.history(reply=True, timeout=10))
            assert SECRET not in repr(heard).encode()
        finally:
            client.stop_channels()
            manager.shutdown_kernel()
    stored = [tmp_path / "hf" / "token", tmp_path / "hf" / "stored_tokens"]
    assert all(path.stat().st_mode & 0o777 == 0o600 and SECRET in path.read_bytes() for path in stored)
    assert files_with_the_token(tmp_path, besides=stored) == []
    # Journals and history are for nobody else, whatever is in them.
    private = [path for folder in ("state", "data") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert len(private) >= 2 and all(path.stat().st_mode & 0o077 == 0 for path in private), private


def test_no_process_that_apus_starts_shows_the_token(apus, environment, tmp_path):
    """The session forgets the variable once it runs, and what cells start never gets it."""
    program = os.environ.get("APUS_SWIFT_PROGRAM")
    assert program, "set APUS_SWIFT_PROGRAM to the apus-swift program, or use ./Tests/run tools"
    folder = tmp_path / "bin"
    folder.mkdir()
    binary = shutil.copy(apus, folder / "apus")
    (folder / "swift").symlink_to(pathlib.Path(program).parent)
    cell = """
    import Foundation
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "env; touch started; sleep 60"]
    try process.run()
    process.waitUntilExit()
    """
    source = write(tmp_path / "nb.ipynb", "%%auth", cell)
    variables = dict(environment, HF_TOKEN=MARKER, HUGGING_FACE_HUB_TOKEN=MARKER, SOMETHING="else")
    process = subprocess.Popen([binary, "run", source, "-o", "out.ipynb"], env=variables, cwd=tmp_path, stderr=subprocess.PIPE)
    try:
        seen, first = set(), of_process(process.pid, "cmdline")

        def is_started():
            assert process.poll() is None, process.stderr.read()
            for child in descendants(process.pid):
                try:
                    line, variables = of_process(child, "cmdline"), of_process(child, "environ")
                except OSError:
                    continue
                assert SECRET not in line
                # A process that is about to become another program is a copy of the first one; the session has it until it has begun.
                assert SECRET not in variables or line == first or b"session" in line or b"apus-swift" in line, line
                seen.add(line.split(b"\0")[0].rsplit(b"/")[-1])
            return (tmp_path / "started").exists()

        wait_until(is_started, "the cell did not start its program", 120)
        assert len(seen) > 2, f"the compiler and the program of the cell were not seen: {seen}"
        checked = 0
        for child in descendants(process.pid):
            try:
                line, variables = of_process(child, "cmdline"), of_process(child, "environ")
            except OSError:
                continue  # it has ended meanwhile, as a compiler does
            if variables:
                assert SECRET not in variables and b"SOMETHING=else" in variables, line
                checked += 1
        assert checked >= 2, "the session and the program of the cell"
        assert SECRET not in first
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert files_with_the_token(tmp_path) == []


def test_a_process_that_crashes_leaves_no_image_of_its_memory(apus, environment, notebook_path, tmp_path):
    def dump():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard != resource.RLIM_INFINITY and os.geteuid() != 0:
        dump = None
    # Whether this system writes core dumps into the folder at all; where it does not, the limit of the processes has to tell.
    subprocess.run(["sh", "-c", "kill -ABRT $$"], cwd=tmp_path, preexec_fn=dump)
    images = list(tmp_path.glob("core*"))
    print(f"this system writes core dumps into the folder: {bool(images)}")
    for image in images:
        image.unlink()
    text = notebook_path.read_text().replace("--early-stopping 15", "--early-stopping 0")
    (tmp_path / "nb.ipynb").write_text(text)
    options = ["-p", "hub", f"file:{tmp_path / 'hub'}", "-p", "bars", "1500", "-p", "epochs", "100000"]
    # Alone, so that its session is the same program; nothing but the system takes notice of a crash.
    (tmp_path / "bin").mkdir()
    binary = shutil.copy(apus, tmp_path / "bin")
    variables = dict(environment, HF_TOKEN=MARKER, SWIFT_BACKTRACE="enable=no")
    process = subprocess.Popen(
        [binary, "run", "nb.ipynb", "-o", "out.ipynb", *options], env=variables, cwd=tmp_path, stderr=subprocess.PIPE, preexec_fn=dump)
    try:
        wait_until(lambda: (tmp_path / "checkpoints" / "BTCUSDT-15m" / ".lock").exists() or process.poll() is not None, "training did not begin")
        session = descendants(process.pid)[0]
        for number in (process.pid, session):
            limit = next(line for line in of_process(number, "limits").decode().splitlines() if line.startswith("Max core file size"))
            assert limit.split()[4:6] == ["1", "1"], limit
        os.kill(session, signal.SIGABRT)
        wait_until(lambda: not pathlib.Path(f"/proc/{session}").exists(), "the session did not end")
        process.send_signal(signal.SIGABRT)
        process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert list(tmp_path.glob("core*")) == []
    assert files_with_the_token(tmp_path) == []
