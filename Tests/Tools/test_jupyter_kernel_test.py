"""The conformance tests of Jupyter itself, with samples of the cell language."""

import os

import jupyter_kernel_test
import pytest


@pytest.fixture(scope="class", autouse=True)
def kernel_is_found(jupyter_environment):
    """jupyter_kernel_test starts the kernel from the environment of this process."""
    before = dict(os.environ)
    os.environ.update(jupyter_environment)
    yield
    os.environ.clear()
    os.environ.update(before)


class TestKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "apus"
    language_name = "swift"
    file_extension = ".swift"

    # A token in a cell is used, with a warning; a hub in a folder asks nobody about it.
    code_stderr = "%%auth --hub file:~/hub --token hf_aaaaaaaaaaaaaaaa"
    code_generate_error = "%%nosuch"
    code_display_data = [{"code": 'let greeting = "hello, world"\n%who', "mime": "text/html"}]
    completion_samples = [
        {"text": "%%tra", "matches": ["%%train"]},
        {"text": "%%build --re", "matches": ["--recipe"]},
    ]
    complete_code_samples = ["%lsmagic", "let answer = 42", "%%build\nLSTM(64)"]
    incomplete_code_samples = ["let xs = [1,"]
    code_inspect_sample = "%%train"

    def test_parameter_cell(self):
        self.flush_channels()
        reply, _ = self.execute_helper("let answer = 42")
        self.assertEqual(reply["content"]["status"], "ok")

    def test_stdout(self):
        """The inherited test wants "hello, world", which no magic prints."""
        self.flush_channels()
        reply, outputs = self.execute_helper("%lsmagic")
        self.assertEqual(reply["content"]["status"], "ok")
        self.assertEqual({(m["msg_type"], m["content"]["name"]) for m in outputs}, {("stream", "stdout")})
        self.assertIn("%%train", "".join(m["content"]["text"] for m in outputs))

    def test_history_operations(self):
        """The inherited history test needs cells that have a value; these have none."""
        self.flush_channels()
        for code in ("let first = 1", "let second = 2"):
            self.execute_helper(code)
        reply = self.history_helper([], hist_access_type="tail", n=2, raw=True, output=False)
        history = reply["content"]["history"]
        self.assertEqual([entry[2] for entry in history], ["let first = 1", "let second = 2"])
        session, line = history[0][:2]
        reply = self.history_helper([], hist_access_type="range", session=session, start=line, stop=line + 1, raw=True, output=True)
        self.assertEqual(reply["content"]["history"], [[session, line, ["let first = 1", None]]])
        reply = self.history_helper([], hist_access_type="search", pattern="let sec*", unique=True, raw=True, output=False)
        self.assertEqual(len(reply["content"]["history"]), 1)


class TestIOPubWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "apus"
    support_iopub_welcome = True


# Imported as bases only: they would run against python3.
del jupyter_kernel_test
