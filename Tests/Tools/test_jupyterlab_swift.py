"""Cells of Swift in JupyterLab: questions, results, displays that change, mistakes, and ■ on an endless loop."""

import os
import pathlib
import shutil
import subprocess

import pytest
from selenium.webdriver.common.keys import Keys

from test_jupyterlab import browser, lab, run_command  # noqa: F401
from test_jupyterlab_typing import notebook  # noqa: F401



@pytest.fixture(scope="module")
def jupyter_environment(jupyter_environment, apus, tmp_path_factory):
    """With the kernel of a binary that has the program for cells of Swift beside it."""
    program = os.environ.get("APUS_SWIFT_PROGRAM")
    assert program, "set APUS_SWIFT_PROGRAM to the apus-swift program, or use ./Tests/run tools"
    folder = tmp_path_factory.mktemp("swift-lab")
    shutil.copy(apus, folder / "apus")
    (folder / "swift").symlink_to(pathlib.Path(program).parent)
    subprocess.run([folder / "apus", "install", "--prefix", folder], check=True, stdout=subprocess.DEVNULL)
    return dict(jupyter_environment, JUPYTER_PATH=str(folder / "share" / "jupyter"))


def test_cells_of_swift(notebook):  # noqa: F811
    page = notebook(
        'print("who is there?")\nlet name = readLine() ?? "nobody"\n"hello \\(name)"',
        'var count = 0\nlet view = display("counting")\nwhile true {\n    count &+= 1\n    if count == 2_000 { print("running") }\n}',
        "import Foundation\nview.update(MIMEBundle(text: \"counted\", html: \"<b class='counted'>counted</b>\"))\n(count > 1_000, name.count)",
        "let quotes = [1.5, 2.5]\nfunc last(_ n: Int) -> Double { quotes[n] }\nlast(2)",
        "let total: Int = quotes.first! + 1",
        "LinePlot(\"Closes\", series: [LinePlot.Series(\"close\", quotes)], y: Axis(\"price\"))",
    )
    page.run(0)
    page.wait(lambda: page.find("input.jp-Stdin-input"))
    field = page.find("input.jp-Stdin-input")[0]
    assert field.get_attribute("type") == "text" and "who is there?" in page.text(0)
    field.send_keys("Ada", Keys.ENTER)
    page.wait(lambda: "hello Ada" in page.text(0))

    page.run(1)
    page.wait(lambda: "running\n" in page.text(1) or page.text(1).endswith("running"))
    run_command(page.browser, "notebook:interrupt-kernel")
    page.wait(lambda: page.errors(1) == ["Interrupted"])
    page.run(2)
    page.wait(lambda: page.find(".counted") and "(true, 3)" in page.text(2))
    assert '"counting"' not in page.text(1).split("}")[-1], "what a cell showed is replaced by a later one"

    page.run(3)
    page.wait(lambda: page.errors(3) == ["Trap"])
    assert "Index out of range" in page.text(3) and "last(Int) -> Double at cell [4]:2" in page.text(3), page.text(3)
    page.run(4)
    page.wait(lambda: page.errors(4) == ["CompileError"])
    assert "cannot convert value of type 'Double' to specified type 'Int'" in page.text(4) and "line 1, column" in page.text(4)
    page.run(5)
    page.wait(lambda: page.pictures(5) == 1)
    page.look("swift-cells")


def test_swift_code_is_completed_and_explained(notebook):  # noqa: F811
    page = notebook("/// Adds a step to a number.\nfunc increment(_ number: Int, by step: Int = 1) -> Int { number + step }", "")
    page.run(0)
    page.wait(lambda: page.count(0) == 1 and page.is_idle())
    page.edit(1)
    page.type("increm")

    def is_offered():
        """JupyterLab waits a second for offers; the first answer of a server may take longer."""
        if not page.find(".jp-Completer"):
            page.type(Keys.TAB)
        return "increment" in [line for offers in page.find(".jp-Completer") for line in offers.text.splitlines()]

    page.wait(is_offered)
    page.look("swift-offers")
    page.type(Keys.ENTER)
    page.wait(lambda: page.source(1) == "increment")
    page.type("(2, ")
    page.type(Keys.SHIFT, Keys.TAB)
    page.wait(lambda: page.find(".jp-Tooltip"))
    text = page.find(".jp-Tooltip")[0].text
    assert "Adds a step to a number." in text and "by: Int = 1" in text, text
    page.look("swift-tooltip")
