"""What a person does in JupyterLab by hand: completes, looks things up, types a password, interrupts, restarts."""

import nbformat
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from test_jupyterlab import KERNEL_STATUS, browser, lab, open_notebook, run_command, saved, screenshot  # noqa: F401
from test_notebook_fronts import with_small_parameters

WAIT = 60
SECRET = "hf_" + "a1B2" * 8


@pytest.fixture
def notebook(lab, browser, request):  # noqa: F811
    """A function that opens a new notebook with these cells and a kernel of its own."""
    address, folder = lab
    def open_cells(*sources):
        name = f"{request.node.name}.ipynb"
        content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        content.metadata.kernelspec = {"name": "apus", "display_name": "Apus", "language": "swift"}
        nbformat.write(content, folder / name)
        return open_file(name)

    def open_file(name):
        open_notebook(browser, address, name)
        return Page(browser, folder, name)

    open_cells.file = open_file
    yield open_cells
    browser.execute_async_script("""
        const [app, done] = [window.jupyterapp, arguments[0]];
        app.commands.execute('docmanager:save')
            .then(() => app.shell.currentWidget.sessionContext.shutdown()).finally(done);""")


class Page:
    """A notebook in front."""

    def __init__(self, browser, folder, name):
        self.browser, self.folder, self.name = browser, folder, name

    def wait(self, condition, seconds=WAIT):
        return WebDriverWait(self.browser, seconds).until(lambda _: condition())

    def script(self, text, *arguments):
        return self.browser.execute_script("const notebook = window.jupyterapp.shell.currentWidget.content;" + text, *arguments)

    def look(self, name):
        screenshot(self.browser, f"typing-{name}")

    def text(self, index):
        return self.script("return notebook.widgets[arguments[0]].node.innerText", index)

    def source(self, index):
        return self.script("return notebook.widgets[arguments[0]].model.sharedModel.getSource()", index)

    def count(self, index):
        return self.script("return notebook.widgets[arguments[0]].model.executionCount", index)

    def errors(self, index):
        return self.script(
            "return notebook.widgets[arguments[0]].model.outputs.toJSON().filter(o => o.output_type == 'error').map(o => o.ename)", index)

    def pictures(self, index):
        return self.script("return notebook.widgets[arguments[0]].node.querySelectorAll('.jp-RenderedSVG').length", index)

    def find(self, selector):
        """The visible elements that a person can see on the page."""
        return [e for e in self.browser.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed()]

    def edit(self, index):
        """Clicks into a cell and puts the cursor at its end."""
        self.script("notebook.activeCellIndex = arguments[0]; notebook.mode = 'edit'; notebook.activeCell.editor.focus()", index)
        self.type(Keys.CONTROL, Keys.END)

    def type(self, *keys):
        self.browser.switch_to.active_element.send_keys(*keys)

    def run(self, index):
        self.script("notebook.activeCellIndex = arguments[0]", index)
        run_command(self.browser, "notebook:run-cell")

    def complete(self, text, expected, index):
        """Types, presses Tab, and takes the first offer where there are several."""
        self.type(text)
        self.type(Keys.TAB)
        self.wait(lambda: self.source(index) == expected or self.find(".jp-Completer"))
        if self.source(index) != expected:
            self.type(Keys.ENTER)
        self.wait(lambda: self.source(index) == expected)

    def confirm(self, command):
        """Runs a command, says yes to its dialog, and waits until it is done."""
        self.script("window.isDone = false; window.jupyterapp.commands.execute(arguments[0]).then(() => { window.isDone = true; })", command)
        self.wait(lambda: self.find(".jp-Dialog .jp-mod-accept"))
        self.find(".jp-Dialog .jp-mod-accept")[0].click()
        self.wait(lambda: self.browser.execute_script("return window.isDone"), 180)
        self.wait(self.is_idle)

    def is_idle(self):
        return self.browser.execute_script(KERNEL_STATUS) == "idle"


def test_completion_offers_magics_options_and_values(notebook):
    page = notebook('let s = "é😀"\n', "")
    page.edit(1)
    page.complete("%%tr", "%%train", 1)
    page.type(" --")
    page.type(Keys.TAB)
    page.wait(lambda: page.find(".jp-Completer"))
    page.look("options")
    offers = page.find(".jp-Completer")[0].text
    assert "--epochs" in offers and "--early-stopping" in offers
    page.type("epo")
    page.wait(lambda: "--early-stopping" not in page.find(".jp-Completer")[0].text)
    page.type(Keys.ENTER)
    page.wait(lambda: page.source(1) == "%%train --epochs")
    # The cursor is counted in code points: beyond the basic plane, UTF-16 and UTF-8 count otherwise.
    page.edit(0)
    page.complete("%parame", 'let s = "é😀"\n%parameters', 0)
    page.look("after-emoji")


def test_a_tooltip_explains_what_is_under_the_cursor(notebook):
    page = notebook("%%train --epochs 3")
    page.edit(0)
    page.type(Keys.LEFT, Keys.LEFT)
    page.type(Keys.SHIFT, Keys.TAB)
    page.wait(lambda: page.find(".jp-Tooltip"))
    page.look("tooltip")
    assert "--epochs" in page.find(".jp-Tooltip")[0].text
    page.type(Keys.ESCAPE)
    page.wait(lambda: not page.find(".jp-Tooltip"))


TRAINING = [
    "%%auth --hub file:{name}-hub",
    "%%download --repo simulated/console --path v2_model/BTCUSDT/15m --timeframe 15m --simulate 3000",
    "%%preprocess",
    "%%build --recipe multi-task-lstm",
    "%%train --epochs 100000 --early-stopping 0",
]


def test_contextual_help_is_an_overview_of_the_variables(notebook):
    page = notebook("let epochs = 5", TRAINING[0].format(name="overview"), TRAINING[1], "")
    for index in range(3):
        page.run(index)
        page.wait(lambda: page.count(index) and page.is_idle())
    identifier = page.browser.execute_script("return window.jupyterapp.shell.currentWidget.id")
    run_command(page.browser, "inspector:open")
    page.wait(lambda: page.find(".jp-Inspector"))
    page.browser.execute_script("window.jupyterapp.shell.activateById(arguments[0])", identifier)
    page.wait(lambda: page.browser.execute_script("return window.jupyterapp.shell.currentWidget.id") == identifier)
    page.edit(3)
    page.type("%%train")
    page.wait(lambda: page.find(".jp-Inspector") and "--epochs" in page.find(".jp-Inspector")[0].text)
    for _ in "%%train":
        page.type(Keys.BACKSPACE)
    page.wait(lambda: "epochs" in page.find(".jp-Inspector")[0].text and "%%download" in page.find(".jp-Inspector")[0].text)
    page.look("overview")
    assert "--epochs" not in page.find(".jp-Inspector")[0].text
    run_command(page.browser, "inspector:close")


def test_a_subshell_console_answers_while_a_cell_trains(notebook):
    page = notebook(TRAINING[0].format(name="subshell"), *TRAINING[1:])
    for index in range(len(TRAINING)):
        page.run(index)
        page.wait(lambda: index == len(TRAINING) - 1 or page.count(index) and page.is_idle())
    page.wait(lambda: page.pictures(len(TRAINING) - 1) == 1, 120)
    run_command(page.browser, "notebook:create-subshell-console")
    prompt = ".jp-CodeConsole-promptCell .cm-content"
    page.wait(lambda: page.find(prompt))
    page.find(prompt)[0].click()
    page.type("%who")
    page.type(Keys.SHIFT, Keys.ENTER)
    page.wait(lambda: page.find(".jp-CodeConsole-content") and "%%build" in page.find(".jp-CodeConsole-content")[0].text)
    page.look("subshell-console")
    run_command(page.browser, "application:close")
    run_command(page.browser, "notebook:interrupt-kernel")
    page.wait(lambda: page.errors(len(TRAINING) - 1) == ["Interrupted"])


def test_a_password_is_asked_for_and_never_shown(notebook):
    page = notebook("%%auth --hub file:password-hub --prompt", "%who")
    page.run(0)
    page.wait(lambda: page.find("input.jp-Stdin-input"))
    field = page.find("input.jp-Stdin-input")[0]
    assert field.get_attribute("type") == "password"
    field.send_keys(SECRET)
    page.look("password")
    field.send_keys(Keys.ENTER)
    page.wait(lambda: page.count(0) == 1 and page.is_idle())
    page.run(1)
    page.wait(lambda: page.count(1) == 2)
    page.look("password-given")
    assert "token" in page.text(0) and SECRET not in page.browser.page_source
    run_command(page.browser, "docmanager:save")
    page.wait(lambda: saved(page.folder, page.name)["cells"][1]["execution_count"] == 2)
    assert SECRET not in (page.folder / page.name).read_text()


def test_interrupt_while_a_question_waits(notebook):
    page = notebook("%%auth --hub file:password-hub --prompt", "%who", "%who")
    run_command(page.browser, "notebook:run-all-cells")
    page.wait(lambda: page.find("input.jp-Stdin-input"))
    run_command(page.browser, "notebook:interrupt-kernel")
    page.wait(lambda: page.errors(0) == ["Interrupted"])
    page.wait(page.is_idle)
    # JupyterLab leaves the field where it is. What is typed there answers nothing.
    page.find("input.jp-Stdin-input")[0].send_keys(SECRET, Keys.ENTER)
    assert page.count(1) is None and page.count(2) is None, "what was queued did not run"
    page.run(2)
    page.wait(lambda: page.count(2) == 2)


def test_interrupt_restart_and_run_all(notebook, notebook_path):
    """One notebook through its day: a training is stopped, the session is kept, then lost by a restart, then made again."""
    folder = notebook("").folder
    text = notebook_path.read_text().replace("--early-stopping 15", "--early-stopping 0")
    (folder / "plain.ipynb").write_text(text)
    with_small_parameters(folder / "plain.ipynb", folder / "day.ipynb", {"hub": f"file:{folder / 'day-hub'}", "bars": 2500, "epochs": 100000})
    page = notebook.file("day.ipynb")
    kinds = page.script("return notebook.widgets.map(w => w.model.type == 'code' ? w.model.sharedModel.getSource().split(' ')[0].trim() : '')")
    parameters, training, evaluation = 1, kinds.index("%%train"), next(i for i, k in enumerate(kinds) if k.startswith("%%evaluate"))

    run_command(page.browser, "notebook:run-all-cells")
    page.wait(lambda: page.pictures(training) == 1, 120)
    run_command(page.browser, "notebook:interrupt-kernel")
    page.wait(lambda: page.errors(training) == ["Interrupted"])
    page.wait(page.is_idle)
    page.look("interrupted")
    assert page.count(evaluation) is None, "what was queued did not run"
    page.run(evaluation)
    page.wait(lambda: page.count(evaluation) and page.is_idle())
    assert page.errors(evaluation) == [], "the best weights so far were kept"
    page.look("evaluated-after-interrupt")

    page.confirm("kernelmenu:restart")
    page.run(evaluation)
    page.wait(lambda: page.count(evaluation) == 1 and page.errors(evaluation))
    page.look("restarted")

    source = page.source(parameters).replace("100000", "3")
    page.script("notebook.widgets[arguments[0]].model.sharedModel.setSource(arguments[1])", parameters, source)
    page.confirm("runmenu:restart-and-run-all")
    code = [i for i, k in enumerate(kinds) if k]
    assert [page.count(i) for i in code] == list(range(1, len(code) + 1))
    assert not any(page.errors(i) for i in code)
    page.look("restarted-and-run")
