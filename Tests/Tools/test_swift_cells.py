"""Cells of Swift beside magics: real notebooks over the engine, with the program that the installation lays down."""

import os
import pathlib
import shutil
import subprocess

import nbformat
import pytest

PREPARE = [
    "let epochs = 2",
    "%%auth --hub file:{folder}/hub",
    "%%download --repo simulated/swift --path v2_model/BTCUSDT/15m --timeframe 15m --simulate 3000",
    "%%preprocess",
    "%%build --recipe multi-task-lstm",
]


@pytest.fixture(scope="module")
def program():
    path = os.environ.get("APUS_SWIFT_PROGRAM")
    assert path and os.access(path, os.X_OK), "set APUS_SWIFT_PROGRAM to the apus-swift program, or use ./Tests/run tools"
    return pathlib.Path(path)


@pytest.fixture
def installed(apus, program, tmp_path):
    """The binary with the program for cells of Swift beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    shutil.copy(apus, folder / "apus")
    (folder / "swift").symlink_to(program.parent)
    return folder / "apus"


def run(binary, cells, environment, folder, *options):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.format(folder=folder) if "{folder}" in cell else cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "apus", "display_name": "Apus", "language": "swift"}
    nbformat.write(notebook, folder / "nb.ipynb")
    result = subprocess.run(
        [binary, "run", "nb.ipynb", "-o", "out.ipynb", *options], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    return result, nbformat.read(folder / "out.ipynb", as_version=4).cells if (folder / "out.ipynb").exists() else []


def text(cell):
    """What a cell shows, as text."""
    parts = []
    for output in cell.outputs:
        parts += [output.get("text", ""), output.get("data", {}).get("text/plain", ""), output.get("evalue", "")]
    return "\n".join(parts)


def test_swift_and_magics_share_one_session(installed, jupyter_environment, tmp_path):
    cells = PREPARE + [
        "let data = try workspace.data\nprint(data.classNames, epochs)\n"
        "let history = try workspace.model.fit(data.training, validation: data.validation, epochs: epochs)\nhistory",
        "for hidden in [4, 8] {\n    let model = try Model(inputShape: [30, 13], seed: 1) {\n        LSTM(hidden)\n"
        "        Head(\"direction\", loss: .crossEntropy, weight: 1) { Dense(4, activation: .softmax) }\n"
        "        Head(\"bars\", loss: .meanSquaredError, weight: 1) { Dense(1) }\n    }\n"
        "    print(hidden, try model.fit(data.training, epochs: 1)[\"loss\"].count)\n    try workspace.use(model)\n}",
        "let rate = 0.01 / 10\nlet quick = 1 + 0",
        "%%train --epochs {quick} --learning-rate {rate}",
        "try workspace.model",
        "%who",
    ]
    result, done = run(installed, cells, jupyter_environment, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert '["HH", "LL", "HL", "LH"] 2' in text(done[5]) and "Completed 2 epochs" in text(done[5])
    assert [row.split()[0] for row in text(done[5]).splitlines() if row.strip()[:1].isdigit()][-2:] == ["1", "2"], "a row for each epoch"
    assert "4 1" in text(done[6]) and "8 1" in text(done[6])
    assert "Completed 1 epoch;" in text(done[8]), "%%train used the parameters of Swift, and the model that Swift left"
    assert "LSTM(8)" in text(done[9]), "what was trained is the model of the loop"
    assert "history" in text(done[10]) and "Swift" in text(done[10])


def test_the_notebook_with_a_layer_of_its_own(installed, jupyter_environment, tmp_path, notebook_path):
    shutil.copy(notebook_path.parent / "swift-cells.ipynb", tmp_path / "cells.ipynb")
    result = subprocess.run(
        [installed, "run", "cells.ipynb", "-o", "out.ipynb", "-p", "epochs", "2", "-p", "bars", "3000"], cwd=tmp_path, env=jupyter_environment,
        capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    cells = [c for c in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells if c.cell_type == "code"]
    assert any("image/svg+xml" in o.get("data", {}) for c in cells for o in c.outputs), "both curves in one plot"
    assert "Bottleneck has" in "".join(text(c) for c in cells)
    checked = subprocess.run([installed, "check", "cells.ipynb"], cwd=tmp_path, env=jupyter_environment, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_a_later_cell_changes_what_an_earlier_one_shows(installed, jupyter_environment, tmp_path):
    _, done = run(installed, ['let view = display("first")', 'view.update("second")\nprint("done")'], jupyter_environment, tmp_path)
    assert text(done[0]).strip() == '"second"' and text(done[1]).strip() == "done", done


def test_nothing_is_left_when_a_run_ends(installed, jupyter_environment, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    run(installed, ["1 + 1", "2 + 2"], dict(jupyter_environment, TMPDIR=str(work)), tmp_path)
    assert not list(work.iterdir()), "the folder of the cells is removed"


CALLBACK = """struct StopAt: TrainingCallback {
    var monitor = "val_loss"
    var limit: Double
    var settings: String { "StopAt(\\(limit))" }
    var state: CallbackState { [:] }
    func restore(_ state: CallbackState) {}
    func epochEnded(_ epoch: Int, value: Double, learningRate: Float) -> [CallbackAction] {
        value < limit ? [.stop(reason: "low enough")] : []
    }
}"""


def test_train_asks_a_callback_of_a_cell(installed, jupyter_environment, tmp_path):
    cells = PREPARE + [CALLBACK, "try workspace.use(StopAt(limit: 1000))", "%%train --epochs 3", "%who", "try workspace.use()", "%%train --epochs 2"]
    result, done = run(installed, cells, jupyter_environment, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "low enough" in text(done[7]) and "StopAt(1000.0)" in text(done[8])
    assert "low enough" not in text(done[10]) and "2 epochs" in text(done[10])


def test_interrupting_a_fit_keeps_the_session_and_what_was_learnt(installed, jupyter_environment, tmp_path):
    cells = PREPARE + ["let slow = try workspace.model.fit(workspace.data.training, epochs: 100_000)", "1 + 1"]
    result, done = run(installed, cells, jupyter_environment, tmp_path, "--timeout", "20", "--allow-errors")
    assert result.returncode != 0
    assert "Interrupted" in text(done[5]) or "CellTimeout" in text(done[5]), text(done[5])
    assert "2" in text(done[6]), "the session goes on"


def test_a_mistake_is_shown_with_the_cells_own_lines(installed, jupyter_environment, tmp_path):
    result, done = run(installed, ["let a = 1 + 0\nlet b: String = a * workspace"], jupyter_environment, tmp_path)
    assert result.returncode != 0
    traceback = "\n".join(done[0].outputs[-1].traceback)
    assert done[0].outputs[-1].ename == "CompileError" and "let b: String = a * workspace" in traceback and "line 2" in traceback


def check(binary, cells, environment, folder):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "nb.ipynb")
    return subprocess.run([binary, "check", "nb.ipynb"], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def test_check_compiles_the_cells_of_swift_in_their_order(installed, jupyter_environment, tmp_path):
    cells = [
        "let rate = 0.5\nlet epochs = 3",
        "func scaled(_ n: Int) -> Int { n * 2 }\nstruct Point { var x = 1 }",
        "let right = scaled(epochs) + Point().x\nlet wrong: String = scaled(3)",
        "wrong.count + right",  # its type is known all the same
        "print(rate * 2, 🎉)",
        "let history = try workspace.model.fit(workspace.data.training, epocs: 2)",
        "%%time\nPoint().y",
        "func open() {",
        "let ticket = 5; scaled(ticket)",
    ]
    result = check(installed, cells, jupyter_environment, tmp_path)
    assert result.returncode == 1 and not result.stderr
    assert result.stdout.splitlines() == [
        "nb.ipynb:3:2:21: error: cannot convert value of type 'Int' to specified type 'String'",
        "nb.ipynb:5:1:17: error: cannot find '🎉' in scope",
        "nb.ipynb:6:1:38: error: incorrect argument label in call (have '_:epocs:', expected '_:epochs:')",
        "nb.ipynb:7:2:9: error: value of type 'Point' has no member 'y'",
        "nb.ipynb:8:1:14: error: expected '}' at end of brace statement",
    ]
    assert check(installed, cells[:2] + cells[-1:], jupyter_environment, tmp_path).returncode == 0
    assert not list(tmp_path.glob("apus-cells-*"))


@pytest.mark.parametrize("missing", ["no toolchain", "another version", "no program"])
def test_without_a_fitting_toolchain_magics_go_on_and_swift_says_why(installed, program, jupyter_environment, tmp_path, missing):
    environment = dict(jupyter_environment)
    if missing == "no toolchain":
        environment |= {"PATH": "/usr/bin:/bin", "APUS_SWIFT_TOOLCHAIN": str(tmp_path)}
    elif missing == "no program":
        (installed.parent / "swift").unlink()
    else:
        link = installed.parent / "swift"
        link.unlink()
        link.mkdir()
        shutil.copy(program, link / "apus-swift")
        (link / "apus-swift.runtime").write_text("12345\n")
    result, done = run(installed, ["let x = 1", "%parameters", "func f() {}"], environment, tmp_path, "--allow-errors")
    assert "x" in text(done[1])
    output = done[2].outputs[-1]
    assert output.ename == "SwiftCellsUnavailable" and len(output.evalue.splitlines()) == 1, output
    assert "toolchain" in output.evalue
