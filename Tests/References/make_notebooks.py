"""Writes Tests/NotebookFormatTests/Notebooks with the real nbformat: `python make_notebooks.py` (nbformat 5.11).

Each NAME.ipynb is what `nbformat.write` gives. Notebooks named `*-source.ipynb` are valid inputs laid out in another
way (texts as plain strings, other member order, other indentation); nbformat's own rewriting of such a file is NAME.ipynb
beside it.
"""

import json
import pathlib

import nbformat
from nbformat import v4

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "NotebookFormatTests" / "Notebooks"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SVG = '<svg xmlns="http://www.w3.org/2000/svg">\n<path d="M0 0"/>\n</svg>\n'


def code(source, identifier, outputs=(), count=None, **metadata):
    return v4.new_code_cell(source, id=identifier, outputs=list(outputs), execution_count=count, metadata=metadata)


def write(name, notebook, validate=True):
    if validate:
        nbformat.validate(notebook)
    nbformat.write(notebook, FOLDER / f"{name}.ipynb")


def without_ids(notebook, minor):
    notebook.nbformat_minor = minor
    for cell in notebook.cells:
        cell.pop("id", None)
    return notebook


def outputs():
    """Every kind of output, and every way of splitting a MIME bundle."""
    bundle = {
        "text/plain": "one line", "text/html": "<b>two</b>\n<i>lines</i>", "text/markdown": "", "text/latex": "$x$\n",
        "image/png": PIXEL, "image/svg+xml": SVG, "application/javascript": "alert(1)\nalert(2)\n",
        "application/json": {"b": [1, 2.5, None, True], "a": ["lines", "of\n", "data"], "": {}},
        "application/vnd.vega.v5+json": ["a", "list\n"], "application/xml": "<a>\n</a>\n", "application/pdf": "JVBERi0=\n",
    }
    return v4.new_notebook(
        cells=[
            code("print(1)", "stream", [v4.new_output("stream", name="stdout", text="1\n2\n"), v4.new_output("stream", name="stderr", text="")], 1),
            code("show()\n", "display", [v4.new_output("display_data", bundle, metadata={"image/png": {"width": 1, "height": 1}})], 2),
            code("1 + 1", "result", [v4.new_output("execute_result", {"text/plain": "2"}, execution_count=3)], 3),
            code("fail()", "error", [v4.new_output("error", ename="E", evalue="it failed", traceback=["\x1b[31mE\x1b[0m: it", "failed\n"])], 4),
            code("", "empty"),
        ],
        metadata={"kernelspec": {"name": "apus", "display_name": "Swift (Apus)", "language": "swift"}, "language_info": {"name": "swift"}},
    )


def unicode_text():
    """Astral planes, combining marks, controls, and every separator at which Python splits lines."""
    separators = "a\nb\rc\r\nd\x0be\x0cf\x1cg\x1dh\x1ei\x85j\u2028k\u2029l\n\nm"
    text = "🐦 Ünïcödé \u0301 中文 \x00\x01\x1f\x7f \"quoted\" \\back/slash\t\b\ufeff\ufffe"
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell(separators, id="separators"),
            v4.new_markdown_cell(text, id="text"),
            code(text, "code", [v4.new_output("stream", name="stdout", text=separators), v4.new_output("display_data", {"text/plain": text, "text/🐦": "a\rb"})], 1),
        ],
        metadata={"zebra": 1, "Zebra": 2, "äpfel": 3, "apple": {"z": "\x85", "é": [], "🐦": {}}, "\ufb01": 1, "𝒜": 2},
    )


def numbers():
    """Numbers as Python writes them."""
    values = [0, -1, 1.0, -0.0, 0.1, 1e-5, 1e16, 123456789012345680.0, 1.5e300, 5e-324, 2**53, 2**63 - 1, -(2**63), 1e22, 0.0001, 12345.678]
    return v4.new_notebook(cells=[code("x", "numbers", [v4.new_output("display_data", {"application/json": values})])], metadata={"values": values})


def attachments():
    cell = v4.new_markdown_cell("![picture](attachment:picture.png)", id="picture", attachments={
        "picture.png": {"image/png": PIXEL}, "drawing.svg": {"image/svg+xml": SVG, "text/plain": "two\nlines"}, "empty": {}})
    raw = v4.new_raw_cell("raw\ntext", id="raw-1", metadata={"raw_mimetype": "text/restructuredtext", "format": "text/x-rst"},
                          attachments={"a.json": {"application/json": ["a", "b"]}})
    return v4.new_notebook(cells=[cell, raw])


def unknown_members():
    """Members that no schema knows, which tools add all the same."""
    notebook = outputs()
    notebook["vendor"] = {"z": 1, "a": [{"deep": []}]}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2, "version_minor": 0}}
    notebook.metadata["papermill"] = {"duration": 1.25, "parameters": {"epochs": 3}}
    notebook.cells[0]["vendor_cell"] = "kept\nas one string"
    notebook.cells[0].metadata.update(
        tags=["parameters", "hide-input"], collapsed=True, scrolled="auto", execution={"iopub.status.busy": "2026-11-21T03:00:00.000000Z"})
    notebook.cells[0].outputs[0]["vendor_output"] = ["kept\n", "as a list"]
    return notebook


def source_and_rewritten(name, notebook):
    """A file laid out as another tool might do it, and nbformat's rewriting of it."""
    text = json.dumps(notebook, indent=4)
    (FOLDER / f"{name}-source.ipynb").write_text(text, encoding="utf-8")
    nbformat.write(nbformat.reads(text, as_version=nbformat.NO_CONVERT), FOLDER / f"{name}.ipynb")


def main():
    FOLDER.mkdir(exist_ok=True)
    write("empty", v4.new_notebook())
    write("outputs", outputs())
    write("unicode", unicode_text())
    write("numbers", numbers())
    write("attachments", attachments())
    write("unknown-members", unknown_members(), validate=False)
    write("format-4.0", without_ids(outputs(), 0))
    write("format-4.4", without_ids(unicode_text(), 4))
    source_and_rewritten("plain-strings", {
        "nbformat_minor": 5, "nbformat": 4,
        "metadata": {"signature": "sha256:0", "orig_nbformat": 2, "orig_nbformat_minor": 1, "name": ""},
        "cells": [
            {"source": "one\ntwo", "outputs": [{"text": "a\nb", "output_type": "stream", "name": "stdout"}], "metadata": {"trusted": True}, "id": "x",
             "execution_count": 1, "cell_type": "code"},
            {"source": ["joined", " here\n", "and there"], "metadata": {}, "id": "y", "cell_type": "markdown"},
            {"source": [], "metadata": {}, "id": "z", "cell_type": "raw"},
            {"source": "", "metadata": {}, "id": "w", "cell_type": "code", "execution_count": None, "outputs": [
                {"output_type": "display_data", "metadata": {}, "data": {"image/png": ["iVBO", "Rw0="], "text/plain": ["a", "b\n"], "application/json": ["a", "b"]}}]},
        ],
    })


if __name__ == "__main__":
    main()
