"""`apus run` and `apus check` as a shell and a CI server see them: files, exit codes, signals."""

import json
import os
import pty
import select
import signal
import subprocess
import termios
import time
import xml.etree.ElementTree

import nbformat
import pytest


def write(path, *sources, tags={}):
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(source, metadata={"tags": tags[index]} if index in tags else {}) for index, source in enumerate(sources)])
    nbformat.write(notebook, path)
    return path


def call(apus, *arguments, cwd, **options):
    return subprocess.run([apus, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=120, **options)


def read(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


# --- apus run ---


def test_a_notebook_that_passes(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "let a = 1", "%who")
    result = call(apus, "run", "nb.ipynb", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "nb.executed.ipynb\n", "")
    executed = read(tmp_path / "nb.executed.ipynb")
    assert [cell.execution_count for cell in executed.cells] == [1, 2]
    assert executed.metadata.kernelspec.language == "swift" and executed.metadata.language_info.file_extension == ".swift"
    assert set(executed.cells[0].metadata.execution) >= {"iopub.execute_input", "iopub.status.idle", "shell.execute_reply"}
    assert read(tmp_path / "nb.ipynb").cells[0].execution_count is None
    assert sorted(p.name for p in tmp_path.iterdir()) == ["nb.executed.ipynb", "nb.ipynb"], "a temporary file was left"


def test_a_failing_cell_ends_the_run_with_1(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "let a = 1", "%nosuchmagic", "%who")
    result = call(apus, "run", "nb.ipynb", "--junit", "reports/junit.xml", cwd=tmp_path)
    assert result.returncode == 1
    assert "cell 2 failed" in result.stderr and "%nosuchmagic" in result.stderr and "\x1b" not in result.stderr
    executed = read(tmp_path / "nb.executed.ipynb")
    assert [o.output_type for o in executed.cells[1].outputs] == ["error"]
    assert executed.cells[2].execution_count is None
    suite = xml.etree.ElementTree.parse(tmp_path / "reports" / "junit.xml").getroot().find("testsuite")
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {"tests": "3", "failures": "1", "errors": "0", "skipped": "1"}
    failure = suite.findall("testcase")[1].find("failure")
    assert "nosuchmagic" in failure.get("message") and "%nosuchmagic" in failure.text


def test_allow_errors_runs_the_rest(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "%nosuchmagic", "let a = 1")
    assert call(apus, "run", "nb.ipynb", "--allow-errors", cwd=tmp_path).returncode == 1
    assert read(tmp_path / "nb.executed.ipynb").cells[1].execution_count == 2


def test_cell_tags(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "%nosuchmagic", "%another", "%who", tags={0: ["raises-exception"], 1: ["skip-execution"]})
    assert call(apus, "run", "nb.ipynb", cwd=tmp_path).returncode == 0
    assert [c.execution_count for c in read(tmp_path / "nb.executed.ipynb").cells] == [1, None, 2]


def test_parameters(apus, tmp_path):
    write(tmp_path / "nb.ipynb", 'let epochs = 30\nlet symbol = "BTC"\nlet rate = 0.1', "%parameters", tags={0: ["parameters"]})
    (tmp_path / "p.yaml").write_text("epochs: 2\nrate: 1e-3  # slow\n")
    result = call(apus, "run", "nb.ipynb", "-f", "p.yaml", "-p", "epochs", "5", "-p", "symbol", "007", "-p", "epoch", "-1", "--show-outputs", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "unknown parameter 'epoch': did you mean 'epochs'?" in result.stderr
    injected = read(tmp_path / "nb.executed.ipynb").cells[1]
    assert injected.metadata.tags == ["injected-parameters"]
    assert injected.source.splitlines()[1:] == ["let rate = 0.001", "let epochs = 5", 'let symbol = "007"', "let epoch = -1"]
    assert '"007"' in result.stdout and result.stdout.endswith("nb.executed.ipynb\n")


def test_output_paths(apus, tmp_path):
    path = write(tmp_path / "nb.ipynb", "%who")
    os.symlink("nb.ipynb", tmp_path / "link.ipynb")
    for other in ("nb.ipynb", "./nb.ipynb", "link.ipynb", str(path)):
        result = call(apus, "run", "nb.ipynb", "-o", other, cwd=tmp_path)
        assert result.returncode == 2 and "--inplace" in result.stderr
    assert read(path).cells[0].execution_count is None
    assert call(apus, "run", "nb.ipynb", "-o", "new/folder/out.ipynb", cwd=tmp_path).returncode == 0
    assert read(tmp_path / "new" / "folder" / "out.ipynb").cells[0].execution_count == 1
    assert call(apus, "run", "nb.ipynb", "--inplace", cwd=tmp_path).returncode == 0
    assert read(path).cells[0].execution_count == 1


@pytest.mark.parametrize("arguments", [
    ["run"], ["run", "missing.ipynb"], ["run", "nb.ipynb", "--no-such-option"], ["run", "nb.ipynb", "-p", "epochs"], ["run", "nb.ipynb", "--timeout", "0"],
    ["run", "nb.ipynb", "-p", "1x", "2"], ["run", "nb.ipynb", "-f", "missing.json"], ["run", "nb.ipynb", "-f", "bad.json"], ["run", "broken.ipynb"],
    ["run", "nb.ipynb", "--inplace", "-o", "x.ipynb"], ["run", "nb.ipynb", "--cwd", "missing"], ["run", "old.ipynb"], ["no-such-command"], ["check"],
    ["check", "missing.ipynb"],
])
def test_wrong_usage_ends_with_2(apus, tmp_path, arguments):
    write(tmp_path / "nb.ipynb", "%who")
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "broken.ipynb").write_text((tmp_path / "nb.ipynb").read_text()[:-20])
    (tmp_path / "old.ipynb").write_text('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}')
    result = call(apus, *arguments, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert result.stderr and not result.stdout
    assert not list(tmp_path.glob("*.executed.ipynb"))


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["check", "--help"], ["--version"], ["help", "run"]])
def test_help_goes_to_standard_output(apus, tmp_path, arguments):
    result = call(apus, *arguments, cwd=tmp_path)
    assert result.returncode == 0 and result.stdout and not result.stderr


def test_a_run_needs_no_sockets(apus, tmp_path):
    (tmp_path / "libzmq.so.5").write_text("")  # found first, and no library
    result = call(apus, "run", write(tmp_path / "a.ipynb", "let x = 1"), cwd=tmp_path, env=dict(os.environ, LD_LIBRARY_PATH=str(tmp_path)))
    assert result.returncode == 0, result.stderr


def test_cells_run_in_the_folder_of_the_notebook(apus, tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "nb.ipynb", "%who")
    result = call(apus, "run", "sub/nb.ipynb", "--junit", "j.xml", cwd=tmp_path)
    assert result.returncode == 0 and result.stdout == "sub/nb.executed.ipynb\n"
    assert (tmp_path / "sub" / "nb.executed.ipynb").exists() and (tmp_path / "j.xml").exists()


# --- signals, on a notebook that trains long enough ---


@pytest.fixture
def training(apus, endless_notebook, jupyter_environment, small_parameters, tmp_path):
    """A run that has begun to train, and the path of its notebook."""
    output = tmp_path / "out.ipynb"
    parameters = dict(small_parameters, epochs=1_000_000)
    command = [apus, "run", str(endless_notebook), "-o", str(output), "--cwd", str(tmp_path), "--junit", str(tmp_path / "junit.xml")]
    for name, value in parameters.items():
        command += ["-p", name, str(value)]
    process = subprocess.Popen(command, env=jupyter_environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "no training output appeared in the notebook"
        if output.exists():
            cells = json.loads(output.read_text())["cells"]
            if any("".join(c["source"]).startswith("%%train") and c["outputs"] for c in cells if c["cell_type"] == "code"):
                break
        time.sleep(0.1)
    yield process, output
    if process.poll() is None:
        process.kill()
    process.wait()


def test_interrupt_keeps_what_there_was_and_ends_with_130(training, tmp_path):
    process, output = training
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    executed = read(output)
    train = next(c for c in executed.cells if c.source.startswith("%%train"))
    assert [o.ename for o in train.outputs if o.output_type == "error"] == ["Interrupted"]
    assert len(train.outputs) > 1 and "iopub.status.idle" in train.metadata.execution
    assert all(c.execution_count is None for c in executed.cells[executed.cells.index(train) + 1:] if c.cell_type == "code")
    assert xml.etree.ElementTree.parse(tmp_path / "junit.xml").getroot().get("errors") == "1"


def test_kill_leaves_a_readable_notebook(training):
    process, output = training
    process.kill()
    process.wait()
    executed = read(output)
    train = next(c for c in executed.cells if c.source.startswith("%%train"))
    assert train.outputs and "iopub.status.idle" not in train.metadata.execution


def test_time_limit_stops_the_cell(apus, endless_notebook, jupyter_environment, small_parameters, tmp_path):
    command = ["run", endless_notebook, "-o", tmp_path / "out.ipynb", "--cwd", tmp_path, "--timeout", "6"]
    for name, value in dict(small_parameters, epochs=1_000_000).items():
        command += ["-p", name, value]
    result = call(apus, *command, cwd=tmp_path, env=jupyter_environment)
    assert result.returncode == 1
    assert "took longer than 6 seconds" in result.stderr and "%%train" in result.stderr
    read(tmp_path / "out.ipynb")


# --- a person at the terminal ---


class Terminal:
    """The binary with a terminal as its standard input and error."""

    def __init__(self, command, folder):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(command, cwd=folder, stdin=slave, stderr=slave, stdout=subprocess.PIPE, text=True, start_new_session=True)
        os.close(slave)
        self.shown = ""

    def read_until(self, text, seconds=30):
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {text!r} in {self.shown!r}"
            self.shown += os.read(self.master, 4096).decode()

    def type(self, text):
        os.write(self.master, text.encode())

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        os.close(self.master)


@pytest.fixture
def password_prompt(apus, tmp_path):
    """A run that asks for the token of a hub in a folder."""
    write(tmp_path / "nb.ipynb", "%%auth --hub file:hub --prompt", "%who")
    terminal = Terminal([apus, "run", "nb.ipynb"], tmp_path)
    terminal.read_until("Token for")
    yield terminal
    terminal.close()


def test_a_password_is_asked_for_and_never_shown(password_prompt, tmp_path):
    # The prompt comes before the terminal hides what is typed; type once it does.
    deadline = time.monotonic() + 10
    while termios.tcgetattr(password_prompt.master)[3] & termios.ECHO and time.monotonic() < deadline:
        time.sleep(0.01)
    password_prompt.type("hf_secretSecretSecretSecretSecret12\n")
    assert password_prompt.process.wait(30) in (0, 1)
    password_prompt.read_until("[1/2]")
    assert "hf_secret" not in password_prompt.shown
    assert "hf_secret" not in (tmp_path / "nb.executed.ipynb").read_text()
    assert read(tmp_path / "nb.executed.ipynb").cells[0].outputs


def test_an_interrupt_ends_a_question(password_prompt, tmp_path):
    password_prompt.process.send_signal(signal.SIGINT)
    assert password_prompt.process.wait(30) == 130
    assert termios.tcgetattr(password_prompt.master)[3] & termios.ECHO, "the terminal was left silent"
    assert read(tmp_path / "nb.executed.ipynb").cells[1].execution_count is None


def test_progress_goes_to_the_terminal_and_data_to_standard_output(apus, notebook_path, jupyter_environment, small_parameters, tmp_path):
    words = [word for name, value in small_parameters.items() for word in ("-p", name, str(value))]
    command = ["env", *(f"{name}={jupyter_environment[name]}" for name in ("HOME", "HF_HOME")), apus, "run", str(notebook_path), "-o", "out.ipynb", "--cwd", str(tmp_path)]
    terminal = Terminal([*command, "--cwd", str(tmp_path), *words], tmp_path)
    try:
        terminal.read_until("[10/10]")
        output, _ = terminal.process.communicate(timeout=60)
        assert (terminal.process.returncode, output) == (0, "out.ipynb\n")
        for text in ("[ 1/10]", "%%train", "Training", "ok"):
            assert text in terminal.shown, terminal.shown
        assert "Traceback" not in terminal.shown and "\x1b[31m" not in terminal.shown
    finally:
        terminal.close()


# --- apus check ---


def test_check_of_a_good_notebook(apus, notebook_path, tmp_path):
    result = call(apus, "check", notebook_path, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_check_names_path_cell_line_and_column(apus, tmp_path):
    write(tmp_path / "a.ipynb", "let a = 1", "// comment\n%%trian --epochs 3", "%who --nope")
    write(tmp_path / "good.ipynb", "%who")
    result = call(apus, "check", "good.ipynb", "a.ipynb", cwd=tmp_path)
    lines = result.stdout.splitlines()
    assert result.returncode == 1 and len(lines) == 2
    assert lines[0].startswith("a.ipynb:2:2:1: error: ") and "%%trian" in lines[0]
    assert lines[1].startswith("a.ipynb:3:1:6: error: ") and "--nope" in lines[1]


def test_check_knows_the_parameters_of_the_run(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "let epochs = 3", "%%train --epochs {epochs}", tags={0: ["parameters"], 1: ["raises-exception"]})
    assert call(apus, "check", "nb.ipynb", "-p", "epochs", "5", cwd=tmp_path).stdout == ""
    result = call(apus, "check", "nb.ipynb", "-p", "epoch", "5", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "nb.ipynb: warning: unknown parameter 'epoch': did you mean 'epochs'?\n")


def test_check_of_a_file_that_is_no_notebook(apus, tmp_path):
    (tmp_path / "x.ipynb").write_text("[]")
    result = call(apus, "check", "x.ipynb", cwd=tmp_path)
    assert result.returncode == 1 and result.stdout.startswith("x.ipynb: error: not a notebook")
