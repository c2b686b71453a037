"""`apus run` with several notebooks, tags, retries and reports, as a shell and a CI server see it."""

import os
import signal
import subprocess
import time
import xml.etree.ElementTree

import nbformat
import pytest

from test_headless import Terminal, call, read, write

DOWNLOAD = "%%download --repo simulated/zigzag-lstm-predictor --path v2_model/BTCUSDT/15m --timeframe 15m"
# Fails where the repository is not there yet; with --allow-errors the last cell makes it, and the next attempt passes.
FLAKY = ("%%auth --hub file:hub", DOWNLOAD, DOWNLOAD + " --simulate 1200")


def suites(path):
    return {suite.get("name"): suite for suite in xml.etree.ElementTree.parse(path).getroot().findall("testsuite")}


# --- several notebooks ---


@pytest.mark.parametrize("jobs", [[], ["-j2"], ["--jobs", "2"], ["-j", "9"]])
def test_several_notebooks_into_a_folder(apus, tmp_path, jobs):
    for name in ("b", "a", "c"):
        write(tmp_path / f"{name}.ipynb", f'let name = "{name}"', "%parameters")
    result = call(apus, "run", "b.ipynb", "a.ipynb", "c.ipynb", *jobs, "-o", "new/out", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "new/out/b.ipynb\nnew/out/a.ipynb\nnew/out/c.ipynb\n")
    lines = [line for line in result.stderr.splitlines() if not line.startswith("warning: 3 notebooks at once")]
    assert sorted(line.split(", ")[0] for line in lines) == [f"{name}.ipynb: passed" for name in "abc"]
    for name in "abc":
        executed = read(tmp_path / "new" / "out" / f"{name}.ipynb")
        assert [cell.execution_count for cell in executed.cells] == [1, 2] and f'"{name}"' in executed.cells[1].outputs[0].data["text/plain"]


def test_one_that_fails_does_not_keep_the_others_from_running(apus, tmp_path):
    write(tmp_path / "bad.ipynb", "%nosuchmagic", "%who")
    write(tmp_path / "good.ipynb", "%who")
    result = call(apus, "run", "bad.ipynb", "good.ipynb", "--junit", "junit.xml", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "bad.executed.ipynb\ngood.executed.ipynb\n")
    assert "bad.ipynb: failed at cell 1 after" in result.stderr and "good.ipynb: passed, 1 cell in" in result.stderr
    root = xml.etree.ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [root.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "1"]
    assert {name: suite.get("failures") for name, suite in suites(tmp_path / "junit.xml").items()} == {"bad.ipynb": "1", "good.ipynb": "0"}


def test_fail_fast(apus, tmp_path):
    write(tmp_path / "bad.ipynb", "%nosuchmagic")
    write(tmp_path / "good.ipynb", "%who")
    result = call(apus, "run", "bad.ipynb", "good.ipynb", "--fail-fast", "--junit", "junit.xml", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "bad.executed.ipynb\n")
    assert not (tmp_path / "good.executed.ipynb").exists()
    assert suites(tmp_path / "junit.xml")["good.ipynb"].find("testcase/skipped") is not None


def test_each_notebook_runs_in_its_own_folder(apus, tmp_path):
    cell = "%%features --candles missing.csv --timeframe 15m --out features"
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "nb.ipynb", cell, tags={0: ["raises-exception"]})
    result = call(apus, "run", "x/nb.ipynb", "y/nb.ipynb", "-j", "2", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "x/nb.executed.ipynb\ny/nb.executed.ipynb\n")
    for folder in ("x", "y"):
        errors = [o for o in read(tmp_path / folder / "nb.executed.ipynb").cells[0].outputs if o.output_type == "error"]
        assert f"{tmp_path / folder}/missing.csv" in "\n".join(errors[0].traceback)


@pytest.mark.parametrize("arguments, words", [
    (["a.ipynb", "a.ipynb"], "a.ipynb is given twice"),
    (["a.ipynb", "./link.ipynb"], "are the same notebook"),
    (["a.ipynb", "sub/a.ipynb", "-o", "out"], "would both be written to out/a.ipynb"),
    (["a.ipynb", "b.ipynb", "-o", "one.ipynb"], "one file for 2 notebooks"),
    (["a.ipynb", "b.ipynb", "-o", "file"], "one file for 2 notebooks"),
    (["a.ipynb", "b.ipynb", "-o", "."], "is the notebook itself"),
    (["a.ipynb", "a.executed.ipynb"], "would be written over a.executed.ipynb"),
    (["a.ipynb", "--junit", "b/../a.ipynb"], "would be written over the notebook of a.ipynb"),
    (["a.ipynb", "--html", "a.executed.ipynb"], "would be written over the notebook of a.ipynb"),
    (["a.ipynb", "--html", "r", "--junit", "./r"], "two reports would be written to"),
    (["a.ipynb", "--html", "sub"], "sub is a folder"),
    (["a.ipynb", "b.ipynb", "broken.ipynb"], "broken.ipynb: "),
    (["a.ipynb", "-j", "0"], "--jobs takes"), (["a.ipynb", "--retries=-1"], "--retries takes"),
])
def test_what_cannot_be_is_refused_before_anything_runs(apus, tmp_path, arguments, words):
    (tmp_path / "sub").mkdir()
    (tmp_path / "b").mkdir()
    for name in ("a", "b", "sub/a", "a.executed"):
        write(tmp_path / f"{name}.ipynb", "%who")
    (tmp_path / "link.ipynb").symlink_to("a.ipynb")
    (tmp_path / "file").write_text("")
    (tmp_path / "broken.ipynb").write_text("{")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    result = call(apus, "run", *arguments, cwd=tmp_path)
    assert result.returncode == 2 and words in result.stderr and not result.stdout, result.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_one_notebook_into_a_folder(apus, tmp_path):
    write(tmp_path / "a.ipynb", "%who")
    (tmp_path / "there").mkdir()
    for output in ("there", "new/"):
        result = call(apus, "run", "a.ipynb", "-o", output, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (0, f"{output.rstrip('/')}/a.ipynb\n")


def test_notebooks_at_once_share_the_processors(apus, tmp_path):
    processors = len(os.sched_getaffinity(0))
    for name in "ab":
        write(tmp_path / f"{name}.ipynb", "%device")

    def threads(*arguments, **variables):
        result = call(apus, "run", "a.ipynb", "b.ipynb", *arguments, cwd=tmp_path, env=dict(os.environ, **variables))
        assert result.returncode == 0, result.stderr
        texts = [read(tmp_path / f"{name}.executed.ipynb").cells[0].outputs[0].data["text/plain"] for name in "ab"]
        return [int(text.split(" thread")[0].split()[-1]) for text in texts]

    assert threads() == [processors, processors]
    assert threads("-j", "2") == [max(1, processors // 2)] * 2
    assert threads("-j", "2", APUS_THREADS="3") == [3, 3]


def test_an_interrupt_stops_all_and_saves_all(apus, endless_notebook, jupyter_environment, tmp_path):
    names = ["x/nb.ipynb", "y/nb.ipynb", "z/nb.ipynb"]
    for name in names:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(endless_notebook.read_text())
    command = [apus, "run", *names, "-j", "2", "--retries", "2", "--junit", "junit.xml", "--html", "report.html"]
    for name, value in dict(hub="file:hub", bars=3000, epochs=1_000_000).items():
        command += ["-p", name, str(value)]
    process = subprocess.Popen(command, env=jupyter_environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        outputs = [tmp_path / folder / "nb.executed.ipynb" for folder in "xy"]
        deadline = time.monotonic() + 120
        while not all(path.exists() and trains(path) for path in outputs):
            assert process.poll() is None and time.monotonic() < deadline, process.stderr.read()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert (process.returncode, output) == (130, "x/nb.executed.ipynb\ny/nb.executed.ipynb\n"), errors
    for path in outputs:
        train = next(c for c in read(path).cells if c.source.startswith("%%train"))
        assert [o.ename for o in train.outputs if o.output_type == "error"] == ["Interrupted"]
    assert not (tmp_path / "z" / "nb.executed.ipynb").exists()
    assert [suite.get("errors") for suite in suites(tmp_path / "junit.xml").values()] == ["1", "1", "0"]
    assert "2 notebooks interrupted, 1 not run" in (tmp_path / "report.html").read_text()


def trains(path):
    return any(c.source.startswith("%%train") and c.outputs for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")


def test_a_line_for_each_notebook_at_the_terminal(apus, tmp_path):
    write(tmp_path / "a.ipynb", "%who", "%lsmagic")
    write(tmp_path / "b.ipynb", "%nosuchmagic")
    terminal = Terminal([apus, "run", "a.ipynb", "b.ipynb", "-j", "2"], tmp_path)
    try:
        for text in ("a.ipynb  [1/2] %who", "b.ipynb  [1/1] %nosuchmagic", "a.ipynb: passed, 2 cells in", "b.ipynb: failed at cell 1 after"):
            terminal.read_until(text)
        assert terminal.process.wait(30) == 1
    finally:
        terminal.close()


# --- tags ---


@pytest.fixture
def tagged(tmp_path):
    return write(
        tmp_path / "nb.ipynb", "let a = 1", "%who", "%parameters", "%nosuchmagic", tags={0: ["parameters"], 1: ["fast"], 2: ["slow", "fast"], 3: ["broken"]})


@pytest.mark.parametrize("arguments, counts", [
    (["--tag", "fast"], [1, 2, 3, None]), (["--tag", "slow", "-p", "a", "5"], [1, 2, None, 3, None]), (["--skip-tag", "broken"], [1, 2, 3, None]),
    (["--tag", "fast", "--skip-tag", "slow"], [1, 2, None, None]), (["--skip-tag", "slow", "--skip-tag", "broken"], [1, 2, None, None]),
])
def test_tags_choose_the_cells(apus, tagged, tmp_path, arguments, counts):
    result = call(apus, "run", tagged, "--junit", "junit.xml", *arguments, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert [cell.execution_count for cell in read(tmp_path / "nb.executed.ipynb").cells] == counts
    cases = list(suites(tmp_path / "junit.xml").values())[0].findall("testcase")
    assert [case.find("skipped") is None for case in cases] == [count is not None for count in counts]
    assert all("tagged '" in case.find("skipped").get("message") for case in cases if case.find("skipped") is not None)
    assert call(apus, "check", tagged, *arguments, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("arguments, words", [
    (["--tag", "fsat"], "did you mean 'fast'? The tags are 'broken', 'fast', 'slow'"), (["--skip-tag", "nothing"], "no code cell is tagged 'nothing'"),
    (["--tag", "slow", "--skip-tag", "fast"], "leave no cell to run"), (["--skip-tag", "parameters"], "always run"),
])
def test_tags_that_choose_nothing_are_refused(apus, tagged, tmp_path, command, arguments, words):
    result = call(apus, command, tagged, *arguments, cwd=tmp_path)
    assert result.returncode == 2 and words in result.stderr and not result.stdout, result.stderr
    assert not (tmp_path / "nb.executed.ipynb").exists()


def test_check_reads_what_a_run_would_run(apus, tagged, tmp_path):
    result = call(apus, "check", tagged, "-p", "a", "2", cwd=tmp_path)
    assert result.returncode == 1 and f"{tagged}:4:1:1: error: there is no magic" in result.stdout
    assert call(apus, "check", tagged, "--skip-tag", "broken", "-p", "a", "2", cwd=tmp_path).stdout == ""


# --- retries ---


def test_a_notebook_that_failed_runs_again(apus, tmp_path, jupyter_environment):
    write(tmp_path / "nb.ipynb", *FLAKY)
    arguments = ["run", "nb.ipynb", "--allow-errors", "--retries", "3", "--junit", "junit.xml", "--html", "report.html"]
    result = call(apus, *arguments, cwd=tmp_path, env=jupyter_environment)
    assert (result.returncode, result.stdout) == (0, "nb.executed.ipynb\n"), result.stderr
    assert "nb.ipynb: failed at cell 2 after" in result.stderr and "; it runs again" in result.stderr
    assert "nb.ipynb: passed, 3 cells in" in result.stderr and result.stderr.rstrip().endswith("(attempt 2)")
    assert not [o for c in read(tmp_path / "nb.executed.ipynb").cells for o in c.outputs if o.output_type == "error"]
    suite = suites(tmp_path / "junit.xml")["nb.ipynb"]
    assert suite.get("failures") == "0" and suite.find("properties/property").attrib == {"name": "attempts", "value": "2"}
    assert len(suite.findall("testcase/flakyFailure")) == 1 and suite.findall("testcase")[1].find("flakyFailure") is not None
    assert "passed when it ran again" in (tmp_path / "report.html").read_text()


def test_a_mistake_is_not_run_again(apus, tmp_path):
    write(tmp_path / "nb.ipynb", "let a = 1", "%nosuchmagic")
    result = call(apus, "run", "nb.ipynb", "--retries", "3", cwd=tmp_path)
    assert result.returncode == 1 and result.stderr.count("cell 2 failed") == 1 and "again" not in result.stderr
