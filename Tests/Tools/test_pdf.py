"""The notebook on paper: nbconvert's page, printed by a browser as `nbconvert --to webpdf` does."""

import os
import pathlib
import shutil
import subprocess
import sys

import pypdf

from test_notebook_fronts import run, with_small_parameters


def test_a_printed_notebook_has_its_tables_pictures_and_final_progress(notebook_path, jupyter_environment, small_parameters, tmp_path):
    with_small_parameters(notebook_path, tmp_path / "nb.ipynb", small_parameters)
    run([sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "--output", "out", "nb.ipynb"], jupyter_environment, tmp_path)
    chromium = shutil.which("chromium")
    assert chromium, "chromium is needed"
    subprocess.run(
        [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf=out.pdf", "out.html"],
        cwd=tmp_path, env=dict(os.environ, HOME=str(tmp_path)), check=True, capture_output=True, timeout=120)
    folder = pathlib.Path(os.environ.get("APUS_ARTIFACTS", ".build/artifacts")) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(tmp_path / "out.pdf", folder / "notebook.pdf")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "out.pdf").pages)
    for wanted in ("Model: 33,653 parameters", "direction: accuracy", "always the mean", "100%", "weights are those of epoch"):
        assert wanted in text, f"{wanted!r} is not on paper"
    assert "\x1b" not in text and "<div" not in text
