"""One mistake in every cell of the first notebook: what a new user reads, from `apus check` and from `apus run`."""

import subprocess

import pytest

from notebooks import Runs, report_of

# cell, what is written, what is written instead, what check says, and what the cell says when it runs.
MISTAKES = [
    ("install", "%%install", "%%instal", "2:1:1", ["there is no magic `%%instal`", "did you mean `%%install`?"]),
    ("install", "--hub", "--hubb", "2:1:11", ["no option `--hubb`", "did you mean `--hub`?"]),
    ("auth", "{hub}", "{hbu}", "3:1:14", ["no parameter `hbu`", "did you mean `{hub}`?"]),
    ("download", "--type dataset", "--type datasets", "4:1:33", ["`datasets` is not a value for `--type`", "did you mean `dataset`?"]),
    ("preprocess", "{sample}", "lots", "5:1:23", ["`lots` is not a value for `--sample`", "default: 1.0"]),
    ("preprocess", "%%preprocess --sample {sample}", "print(1 + 2)", "5:1:1", ["Swift", "%lsmagic"]),
    ("build", "returnsSequences", "returnSequences", "6:2:10", ["LSTM has no argument returnSequences", "returnsSequences:"]),
    ("build", "LSTM(32)", "LSMT(32)", "6:4:1", ["unknown layer LSMT", "did you mean LSTM"]),
    ("build", "LSTM(64, returns", "LSTM(64 returns", "6:2:9", ["a comma is missing before 'returnsSequences'"]),
    ("build", ".crossEntropy", ".crossEntrpy", "6:6:25", ["did you mean .crossEntropy"]),
    ("build", "LSTM(64, returnsSequences: true)", "LSTM(64)", "6:4:1", ["lstm_1 = LSTM(32)", "its input is (64)", "returnsSequences: true"]),
    ("train", "--batch-size 32", "--batch-size 0", "7:1:40", ["--batch-size must be 1 to 65536, not 0"]),
    ("train", "1.0,1.5,2.0,2.4", "1.0, 1.5, 2.0, 2.4", "7:2:22", ["takes no value here, found `1.5,`", "without spaces"]),
    ("train", "1.0,1.5,2.0,2.4", "1.0,1.5,2.0", "7:2:17", ["3 weights for 4 classes", "HH, LL, HL, LH"]),
    ("build", "Dense(4, ", "Dense(3, ", "6:6:1", ["Head(\"direction\")", "3 outputs", "needs 4", "Dense(4, activation: .softmax)"]),
    ("build", 'Head("bars"', 'Head("bar"', "6:11:1", ['no target for Head("bar")', "bars, direction"]),
    ("evaluate", "%%evaluate", "%%evaluat", "8:1:1", ["did you mean `%%evaluate`?"]),
    ("upload", "{modelRepo}", "my model", "9:1:20", ["takes no value here, found `model`", '--repo "my model"']),
    ("upload", "--create", "--crate", "9:1:", ["no option `--crate`", "did you mean `--create`?"]),
]


@pytest.fixture
def runs(apus, notebook_path, jupyter_environment, tmp_path):
    return Runs(apus, notebook_path, tmp_path, jupyter_environment, bars=1000, epochs=1)


@pytest.mark.parametrize("cell,old,new,place,words", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_to_do(runs, cell, old, new, place, words):
    runs.edit(cell, old, new)
    check = subprocess.run([runs.apus, "check", "edited.ipynb"], cwd=runs.folder, capture_output=True, text=True, timeout=60)
    assert check.returncode == 1 and not check.stderr
    assert check.stdout.startswith(f"edited.ipynb:{place}"), check.stdout
    # The cell after it may miss what this one leaves; nothing else follows from the mistake.
    assert len(check.stdout.splitlines()) <= 2, check.stdout
    result = runs.run()
    assert result.returncode == 1 and result.stdout == f"{runs.output}\n"
    report = report_of(runs.cell(cell))
    for word in words:
        assert word in report, report
        assert word in result.stderr
    if "Swift" not in words:
        assert "^" in report and "│" in report, "the place is not shown"


def test_cells_out_of_order_name_the_magic_to_run(runs):
    import nbformat

    notebook = nbformat.read(runs.source, as_version=4)
    cells = {c.id: c for c in notebook.cells}
    notebook.cells = [cells[name] for name in ("parameters", "auth", "train", "build")]
    runs.source = runs.folder / "edited.ipynb"
    nbformat.write(notebook, runs.source)
    check = subprocess.run([runs.apus, "check", "edited.ipynb"], cwd=runs.folder, capture_output=True, text=True, timeout=60)
    assert check.returncode == 1 and "%%train needs the data that %%preprocess leaves" in check.stdout
    assert runs.run().returncode == 1
    assert "%%preprocess" in report_of(runs.cell("train"))


def test_one_mistake_in_the_parameter_cell_is_one_line(runs):
    runs.edit("parameters", "let epochs = 30", "let epochs = thirty")
    check = subprocess.run([runs.apus, "check", "edited.ipynb"], cwd=runs.folder, capture_output=True, text=True, timeout=60)
    assert check.returncode == 1 and len(check.stdout.splitlines()) == 1 and "`thirty` is not a literal" in check.stdout
