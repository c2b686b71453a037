"""Completion and tooltips in cells of Swift, with the real kernel and the toolchain's SourceKit-LSP."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import psutil
import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

DEADLINE = 120
SERVER = "sourcekit-lsp"
PREPARE = (
    "import Foundation\n/// Adds a step to a number.\n///\n/// - Parameter number: Where to begin.\n"
    "func increment(_ number: Int, by step: Int = 1) -> Int { number + step }\n"
    "struct Candle { var open = 1.0 }\nlet candles = [Candle(), Candle()]"
)


@pytest.fixture(scope="module")
def program():
    path = os.environ.get("APUS_SWIFT_PROGRAM")
    assert path and os.access(path, os.X_OK), "set APUS_SWIFT_PROGRAM to the apus-swift program, or use ./Tests/run tools"
    return pathlib.Path(path)


@pytest.fixture(scope="module")
def installed(apus, program, tmp_path_factory):
    """The folder of kernelspecs of the binary with the program for cells of Swift beside it."""
    folder = tmp_path_factory.mktemp("bin")
    shutil.copy(apus, folder / "apus")
    (folder / "swift").symlink_to(program.parent)
    subprocess.run([folder / "apus", "install", "--prefix", folder], check=True, stdout=subprocess.DEVNULL)
    return folder / "share" / "jupyter" / "kernels"


class Kernel:
    def __init__(self, installed, environment):
        self.manager = KernelManager(kernel_name="apus", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(installed)]))
        self.manager.start_kernel(env=environment)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=DEADLINE)
        self.process = psutil.Process(self.manager.provisioner.pid)

    def reply(self, message_id):
        while True:
            message = self.client.get_shell_msg(timeout=DEADLINE)
            if message["parent_header"]["msg_id"] == message_id:
                return message["content"]

    def run(self, code):
        reply = self.reply(self.client.execute(code))
        assert reply["status"] == "ok", reply

    def complete(self, code):
        """At the `|` of the code: the matches by their texts, with their kinds and what is beside them, and what they replace."""
        cursor = code.index("|")
        code = code.replace("|", "", 1)
        content = self.reply(self.client.complete(code, cursor))
        assert content["status"] == "ok"
        details = {match["text"]: (match["type"], match["signature"]) for match in content["metadata"].get("_jupyter_types_experimental", [])}
        assert list(details) == content["matches"]
        return details, code[content["cursor_start"] : content["cursor_end"]]

    def names(self, code):
        return list(self.complete(code)[0])

    def names_in_time(self, code):
        """The same, asked again: the first answers of a server may take longer than anybody waits."""
        end = time.monotonic() + DEADLINE
        while not (names := self.names(code)):
            assert time.monotonic() < end, f"nothing completes {code}"
        return names

    def inspect(self, code):
        cursor = code.index("|")
        content = self.reply(self.client.inspect(code.replace("|", "", 1), cursor))
        return content["data"].get("text/plain", "")

    def servers(self):
        return [process for process in self.process.children(recursive=True) if process.name().startswith(SERVER)]

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


@pytest.fixture(scope="module")
def kernel(installed, jupyter_environment):
    kernel = Kernel(installed, jupyter_environment)
    kernel.names_in_time("print|")
    kernel.run(PREPARE)
    yield kernel
    kernel.close()


def test_names_and_members_that_earlier_cells_declared(kernel):
    found, replaced = kernel.complete("let more = incr|")
    assert replaced == "incr"
    kind, signature = found["increment"]
    assert kind == "function" and "-> Int" in signature and "overload" in signature
    assert "open" in kernel.names("candles[0].|")
    assert kernel.names("candles.map { $0.op|")[:1] == ["open"]
    assert "candles" in kernel.names("for candle in cand|")
    assert kernel.names("increment(1, |") == ["by: "]
    assert "Data" in kernel.names("Dat|"), "what an earlier cell imported"


def test_the_engine_and_the_workspace(kernel):
    assert kernel.complete("try workspace.mo|")[0]["model"] == ("property", "Model")
    found, replaced = kernel.complete("let history = try workspace.model.fi|")
    assert replaced == "fi" and found["fit"][0] == "method" and "Examples" in found["fit"][1]
    assert {"relu", "softmax"} <= set(kernel.names("let activation: Activation = .|"))
    assert set(kernel.names("LSTM(4, |")) == {"returnsSequences: ", "initialization: "}


def test_names_of_the_cell_itself_and_offsets_behind_emoji(kernel):
    assert kernel.complete("let 😀 = \"👩‍🚀\"; let number = 5\nnumber.bitW|") == ({"bitWidth": ("property", "Int")}, "bitW")
    found, replaced = kernel.complete("let 😀 = candles; 😀[0].op|en")
    assert found == {"open": ("property", "Double")} and replaced == "op"
    assert kernel.names("let text = \"open |\"") == kernel.names("// open |") == []


def test_magics_complete_as_before_and_swift_below_them(kernel):
    assert kernel.names("%%tra|") == ["%%train"]
    assert "increment" in kernel.names("%%time\nincr|")
    assert "increment" in kernel.names("%timeit -n 5 incr|")
    assert "%%train" in kernel.names("|")
    assert kernel.names("%%build\nLS|") == ["LSTM"]


def test_parameters_of_magics_are_known(kernel):
    kernel.run("let rate = 0.5\n%parameters")
    assert "(rate" not in kernel.inspect("ra|te")
    found, _ = kernel.complete("ra|")
    assert found["rate"] == ("variable", "Double")


def test_tooltips_show_declaration_and_documentation(kernel):
    for code in ("incre|ment(1)", "increment|", "increment(|", "increment|(", "let x = increment(1, by: |)"):
        text = kernel.inspect(code)
        assert "increment(_ number: Int" in text and "Adds a step to a number." in text, (code, text)
    text = kernel.inspect("try workspace.model.fi|t(")
    assert "validation: Examples?" in text and "Trains the model in place" in text, "the engine's documentation"
    assert "Long short-term memory" in kernel.inspect("LS|TM(4)")
    text = kernel.inspect("cand|les")
    assert "let candles: [Candle]" in text and "Candle(open: 1.0)" in text, "its declaration and its value"
    assert kernel.inspect("nobodyKnows|This") == ""
    assert kernel.inspect("%%tra|in").startswith("%%train")


def test_answers_come_while_a_cell_runs_and_cells_run_while_the_server_thinks(kernel):
    running = kernel.client.execute("print(\"go\")\nwhile true {}")
    while kernel.client.get_iopub_msg(timeout=DEADLINE)["content"].get("text") != "go\n":
        pass
    assert "open" in kernel.names_in_time("candles[0].|")
    assert "Adds a step" in kernel.inspect("incre|ment")
    kernel.manager.interrupt_kernel()
    assert kernel.reply(running)["status"] == "error"
    [server] = kernel.servers()
    server.suspend()
    question = kernel.client.complete("candles.", 8)
    kernel.run("let meanwhile = 1 + 1")
    server.resume()
    kernel.reply(question)
    assert "meanwhile" in kernel.names_in_time("meanw|")


def test_what_use_makes_importable(kernel, tmp_path):
    (tmp_path / "cubes.h").write_text("/// The volume of a cube.\nstatic inline int cube(int edge) { return edge * edge * edge; }\n")
    (tmp_path / "module.modulemap").write_text('module Cubes { header "cubes.h" }\n')
    kernel.run(f'%use "{tmp_path}"')
    assert "cube" in kernel.names_in_time("import Cubes\nlet volume = cub|")
    assert "increment" in kernel.names_in_time("incr|")


def test_a_server_that_was_killed_comes_back(kernel):
    for _ in range(3):
        kernel.names_in_time("candles[0].|")
        [server] = kernel.servers()
        server.kill()
        assert "open" in kernel.names_in_time("candles[0].|")


def test_a_reset_forgets_what_cells_declared(kernel):
    kernel.run("%reset")
    assert "increment" not in kernel.names("incr|")
    kernel.run(PREPARE)
    assert "increment" in kernel.names_in_time("incr|")


def test_the_session_that_follows_a_crash_is_asked(kernel):
    crash = kernel.client.execute("import Glibc\nkill(getpid(), SIGKILL)")
    assert kernel.reply(crash)["ename"] == "SessionEnded"
    assert "open" not in kernel.names("candles.op|")
    kernel.run(PREPARE)
    assert "increment" in kernel.names_in_time("incr|")
    assert len(kernel.servers()) == 1


@pytest.mark.parametrize("ending", ["shutdown", "hanging server", "killed kernel"])
def test_nothing_is_left_behind(installed, jupyter_environment, ending):
    kernel = Kernel(installed, jupyter_environment)
    assert kernel.names_in_time("workspace.|"), "also before the first cell"
    processes = kernel.process.children(recursive=True)
    [server] = kernel.servers()
    if ending == "hanging server":
        server.suspend()
    if ending == "killed kernel":
        kernel.process.send_signal(signal.SIGKILL)
    kernel.close()
    end = time.monotonic() + DEADLINE
    while alive := [process for process in processes if is_alive(process)]:
        assert time.monotonic() < end, alive
        time.sleep(0.05)


def is_alive(process):
    """Whether it still does anything: in a container nobody may clear away what is dead."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("server", ["missing", "failing", "hanging"])
def test_without_a_server_that_answers_cells_and_magics_go_on(installed, jupyter_environment, tmp_path, server):
    """A toolchain that is the real one but for its language server."""
    real = pathlib.Path(shutil.which("swift")).resolve().parents[1]
    toolchain = tmp_path / "toolchain"
    (toolchain / "bin").mkdir(parents=True)
    for program in (real / "bin").iterdir():
        if not program.name.startswith(SERVER):
            (toolchain / "bin" / program.name).symlink_to(program)
    (toolchain / "lib").symlink_to(real / "lib")
    if server != "missing":
        fake = toolchain / "bin" / SERVER
        fake.write_text("#!/bin/sh\n" + ("exit 1\n" if server == "failing" else "exec sleep 100000\n"))
        fake.chmod(0o755)
    kernel = Kernel(installed, dict(jupyter_environment, APUS_SWIFT_TOOLCHAIN=str(toolchain)))
    kernel.run(PREPARE)
    # One that hangs costs each question its time.
    for _ in range(1 if server == "hanging" else 3):
        assert kernel.names("candles.|") == []
        assert kernel.inspect("incre|ment") == ""
    assert kernel.names("%%tra|") == ["%%train"]
    assert "candles" in kernel.inspect("candles|"), "what the session knows itself"
    kernel.run("candles.count")
    kernel.close()
