"""What the tests that run the first notebook headless have in common."""

import pathlib
import subprocess

import nbformat


class Runs:
    """Runs of one notebook in one folder, whose hub, cache and checkpoints are there too."""

    def __init__(self, apus, source, folder, environment, **parameters):
        self.apus, self.source, self.folder = apus, source, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment = dict(environment, HF_HOME=str(self.folder / "hf"))
        self.parameters = dict(dict(hub=f"file:{self.folder / 'hub'}"), **parameters)
        self.output = self.folder / "out.ipynb"

    def edit(self, cell, old, new):
        """Replaces text in one cell, in a copy of the notebook."""
        notebook = nbformat.read(self.source, as_version=4)
        found = next(c for c in notebook.cells if c.id == cell)
        assert old in found.source, f"no {old!r} in the cell {cell!r}"
        found.source = found.source.replace(old, new)
        self.source = self.folder / "edited.ipynb"
        nbformat.write(notebook, self.source)
        return self

    def command(self, **parameters):
        words = [self.apus, "run", str(self.source), "-o", str(self.output), "--cwd", str(self.folder)]
        for name, value in dict(self.parameters, **parameters).items():
            words += ["-p", name, str(value).lower() if isinstance(value, bool) else str(value)]
        return words

    def start(self, **parameters):
        return subprocess.Popen(
            self.command(**parameters), env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, **parameters):
        return subprocess.run(self.command(**parameters), env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=120)

    @property
    def checkpoints(self):
        return self.folder / "checkpoints" / "BTCUSDT-15m"

    def executed(self):
        """The executed notebook, which must be valid whatever happened to the run."""
        notebook = nbformat.read(self.output, as_version=4)
        nbformat.validate(notebook)
        return notebook

    def cell(self, cell):
        return next(c for c in self.executed().cells if c.id == cell)

    def published_model(self):
        """The bytes of the model file in the hub."""
        blobs = (p.read_bytes() for p in (self.folder / "hub" / "models").rglob("*") if p.is_file() and "blobs" in p.parts)
        models = [b for b in blobs if b.startswith(b"\x89HDF")]
        assert len(models) == 1, f"{len(models)} model files in the hub"
        return models[0]


def text_of(cell):
    """All the text that a cell shows."""
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain") or o.get("evalue", "") for o in cell.outputs)


def report_of(cell):
    """The error of a cell as a front end shows it, without colours."""
    import re

    errors = [o for o in cell.outputs if o.output_type == "error"]
    assert len(errors) == 1, f"{len(errors)} errors in the cell"
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(errors[0].traceback))
