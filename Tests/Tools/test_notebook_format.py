"""Notebooks that Apus wrote, judged by the real nbformat."""

import json
import pathlib
import subprocess

import nbformat
import pytest

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[1] / "NotebookFormatTests" / "Notebooks"


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_fixture_is_what_nbformat_writes_today(path):
    """The byte-for-byte tests in Swift compare with these files, so they must still be the writer's own."""
    text = path.read_text(encoding="utf-8")
    if path.stem.endswith("-source"):
        text, path = (NOTEBOOKS / f"{path.stem.removesuffix('-source')}.ipynb").read_text(encoding="utf-8"), path
        source = path.read_text(encoding="utf-8")
        assert nbformat.writes(nbformat.reads(source, as_version=nbformat.NO_CONVERT)) + "\n" == text
    else:
        assert nbformat.writes(nbformat.reads(text, as_version=nbformat.NO_CONVERT)) + "\n" == text


def test_executed_notebook_is_written_as_nbformat_writes_it(apus, tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("# Ünïcödé 🐦\u2028 line"),
        nbformat.v4.new_code_cell("let a = 1", metadata={"tags": ["parameters"], "zeta": {"b": 1, "a": [2.5, None]}}),
        nbformat.v4.new_code_cell("%who"),
        nbformat.v4.new_raw_cell("raw"),
    ])
    notebook.metadata["vendor"] = {"kept": True}
    nbformat.write(notebook, tmp_path / "nb.ipynb")
    subprocess.run([apus, "run", "nb.ipynb", "-o", "out.ipynb", "-p", "a", "2"], cwd=tmp_path, check=True, capture_output=True)
    text = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    executed = nbformat.reads(text, as_version=4)
    nbformat.validate(executed)
    assert nbformat.writes(executed) + "\n" == text
    assert executed.metadata.vendor == {"kept": True}
    assert executed.cells[1].metadata.zeta == {"b": 1, "a": [2.5, None]}
    assert executed.cells[0].source == notebook.cells[0].source and executed.cells[-1].source == "raw"


@pytest.mark.parametrize("minor", [0, 2, 4])
def test_old_formats_stay_what_they_are(apus, tmp_path, minor):
    cell = {"cell_type": "code", "execution_count": None, "metadata": {"tags": ["parameters"]}, "outputs": [], "source": ["let a = 1"]}
    (tmp_path / "nb.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": minor}))
    subprocess.run([apus, "run", "nb.ipynb", "-o", "out.ipynb", "-p", "a", "2"], cwd=tmp_path, check=True, capture_output=True)
    executed = json.loads((tmp_path / "out.ipynb").read_text())
    assert executed["nbformat_minor"] == minor and len(executed["cells"]) == 2
    assert all("id" not in cell for cell in executed["cells"])
    nbformat.validate(nbformat.from_dict(executed), version_minor=minor, version=4)
