"""The papermill plug-in of notebooks/HEADLESS.md, taken from the page, installed into an environment of its own, and used."""

import json
import math
import re
import subprocess
import sys
import sysconfig

import nbformat
import pytest

from conftest import REPOSITORY

VALUES = {
    "count": -3, "rate": 0.001, "whole": 2.0, "on": True, "off": False, "nothing": None, "text": "é 🐦 \"q\" \\ \n\t\x01 // {x} \\(y)",
    "numbers": [1, 2.5, [True]], "table": {"a \"b\"": [None], "c": {}}, "empty": [], "nan": math.nan, "low": -math.inf,
}


@pytest.fixture(scope="module")
def papermill(tmp_path_factory):
    """The papermill command in an environment that has the plug-in."""
    folder = tmp_path_factory.mktemp("plugin")
    page = (REPOSITORY / "notebooks" / "HEADLESS.md").read_text()
    files = re.findall(r"^`([\w.]+)`\n\n```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert sorted(name for name, _ in files) == ["apus_papermill.py", "pyproject.toml"]
    package = folder / "package"
    package.mkdir()
    for name, text in files:
        (package / name).write_text(text)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    # What the tests have anyway, papermill among it, so that nothing is fetched.
    purelib = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"], check=True, capture_output=True, text=True)
    with open(f"{purelib.stdout.strip()}/tools.pth", "w") as path:
        path.write(sysconfig.get_paths()["purelib"] + "\n")
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation", package]
    result = subprocess.run(install, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return [str(python), "-m", "papermill"]


@pytest.fixture
def notebook(tmp_path):
    cells = [
        nbformat.v4.new_code_cell('let count = 1  // how many\nvar text: String = "http://x"\nlet rate = 0.5', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("%parameters"),
    ]
    metadata = {"kernelspec": {"name": "apus", "display_name": "Swift (Apus)", "language": "swift"}}
    path = tmp_path / "nb.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def run(papermill, *arguments, environment, cwd):
    return subprocess.run([*papermill, *map(str, arguments)], env=environment, cwd=cwd, capture_output=True, text=True, timeout=120)


def test_parameters_are_written_in_swift_and_mean_what_they_meant(papermill, apus, notebook, jupyter_environment, tmp_path):
    (tmp_path / "values.yaml").write_text(json.dumps(VALUES, ensure_ascii=False).replace("NaN", ".nan").replace("-Infinity", "-.inf"))
    result = run(papermill, "nb.ipynb", "out.ipynb", "-f", "values.yaml", environment=jupyter_environment, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    injected = executed.cells[1]
    assert injected.metadata.tags == ["injected-parameters"]
    assert injected.source.splitlines()[:3] == ["// Parameters", "let count = -3", "let rate = 0.001"]
    shown = executed.cells[2].outputs[0].data["text/plain"]
    # The same values given to `apus run`, which writes its own literals, show the same table.
    (tmp_path / "values.json").write_text(json.dumps({name: value for name, value in VALUES.items() if name not in ("nan", "low")}))
    flags = ["-f", "values.json", "-p", "nan", "nan", "-p", "low", "-inf"]
    own = subprocess.run([apus, "run", "nb.ipynb", "-o", "own.ipynb", *flags], cwd=tmp_path, capture_output=True, text=True)
    assert own.returncode == 0, own.stderr
    expected = nbformat.read(tmp_path / "own.ipynb", as_version=4).cells[2].outputs[0].data["text/plain"]

    def rows(table):
        return {line.split()[0]: line for line in table.splitlines() if line.split() and line.split()[0] in VALUES}

    for name in set(VALUES) - {"nan", "low"}:
        assert rows(shown)[name].split() == rows(expected)[name].split()
    assert "nan" in rows(shown)["nan"] and "inf" in rows(shown)["low"]


def test_the_parameters_of_a_notebook_are_listed_and_unknown_ones_pointed_out(papermill, notebook, jupyter_environment, tmp_path):
    result = run(papermill, "--help-notebook", "nb.ipynb", environment=jupyter_environment, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for text in ("count: Unknown type (default 1)", "how many", 'text: String (default "http://x")', "rate: Unknown type (default 0.5)"):
        assert text in result.stdout, result.stdout
    result = run(papermill, "nb.ipynb", "out.ipynb", "-p", "cuont", "2", environment=jupyter_environment, cwd=tmp_path)
    assert result.returncode == 0 and "unknown parameter: cuont" in result.stderr.lower(), result.stderr


def test_without_the_plugin_papermill_refuses(notebook, jupyter_environment, tmp_path):
    """When this fails, papermill has learnt Swift, and the page can be shorter."""
    result = run([sys.executable, "-m", "papermill"], "nb.ipynb", "out.ipynb", "-p", "count", "2", environment=jupyter_environment, cwd=tmp_path)
    assert result.returncode == 1 and "No parameter translator functions specified" in result.stderr
