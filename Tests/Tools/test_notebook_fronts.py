"""The first notebook, unchanged, in every front that people execute notebooks with."""

import json
import pathlib
import subprocess
import sys

import nbformat
import pytest


def with_small_parameters(source, target, parameters):
    """A copy of the notebook whose parameter cell has other values: what a user would edit by hand."""
    notebook = nbformat.read(source, as_version=4)
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    lines = []
    for line in cell.source.splitlines():
        name = line.split()[1]
        lines.append(f"let {name} = {json.dumps(parameters[name])}" if name in parameters else line)
    cell.source = "\n".join(lines)
    nbformat.write(notebook, target)


def check_executed(path):
    """Every cell ran, and the notebook holds metrics, plots and the upload receipt."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert all(c.execution_count for c in code if "injected-parameters" not in c.metadata.get("tags", [])), "a cell did not run"
    outputs = [o for c in code for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    text = "\n".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs)
    svg = "\n".join(o.get("data", {}).get("image/svg+xml", "") for o in outputs)
    for word in ("accuracy", "RMSE", "model.h5", "scaler.pkl", "config.json"):
        assert word.lower() in text.lower(), f"no '{word}' in the executed notebook"
    assert svg.count("<svg") >= 2, "the training plots or the confusion matrix are missing"


def run(command, environment, folder):
    result = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr


def test_nbclient(notebook_path, jupyter_environment, small_parameters, tmp_path):
    source, target = tmp_path / "nb.ipynb", tmp_path / "out.ipynb"
    with_small_parameters(notebook_path, source, small_parameters)
    script = (
        "import sys, nbformat, nbclient\n"
        "nb = nbformat.read(sys.argv[1], as_version=4)\n"
        "nbclient.NotebookClient(nb, timeout=300).execute()\n"
        "nbformat.write(nb, sys.argv[2])\n"
    )
    run([sys.executable, "-c", script, str(source), str(target)], jupyter_environment, tmp_path)
    check_executed(target)


@pytest.mark.parametrize("form", ["notebook", "html"])
def test_nbconvert(form, notebook_path, jupyter_environment, small_parameters, tmp_path):
    source = tmp_path / "nb.ipynb"
    with_small_parameters(notebook_path, source, small_parameters)
    run(
        [sys.executable, "-m", "nbconvert", "--to", form, "--execute", "--output", "out", str(source)],
        jupyter_environment,
        tmp_path,
    )
    if form == "notebook":
        check_executed(tmp_path / "out.ipynb")
    else:
        # nbconvert embeds each SVG as an image.
        assert (tmp_path / "out.html").read_text().count("data:image/svg+xml;base64,") >= 3


def test_papermill_with_python_style_parameters(notebook_path, jupyter_environment, small_parameters, tmp_path):
    command = [sys.executable, "-m", "papermill", "--language", "python", str(notebook_path), "out.ipynb"]
    for name, value in small_parameters.items():
        command += ["-p", name, str(value)]
    run(command, jupyter_environment, tmp_path)
    check_executed(tmp_path / "out.ipynb")


def test_apus_run(apus, notebook_path, jupyter_environment, small_parameters, tmp_path):
    command = [apus, "run", str(notebook_path), "-o", "out.ipynb", "--junit", "report.xml", "--cwd", str(tmp_path)]
    for name, value in small_parameters.items():
        command += ["-p", name, str(value)]
    run(command, jupyter_environment, tmp_path)
    check_executed(tmp_path / "out.ipynb")
    assert 'failures="0"' in (tmp_path / "report.xml").read_text()
