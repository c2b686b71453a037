"""The first notebook in JupyterLab, in a real browser. Screenshots go to $APUS_ARTIFACTS/screenshots for a person to look at."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from test_notebook_fronts import with_small_parameters


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def lab(jupyter_environment, notebook_path, tmp_path_factory):
    """The address of a JupyterLab that serves a small copy of the notebook."""
    folder = tmp_path_factory.mktemp("lab")
    with_small_parameters(notebook_path, folder / "nb.ipynb", {"hub": f"file:{folder / 'hub'}", "bars": 3000, "epochs": 8})
    port = free_port()
    log = open(folder / "lab.log", "w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}",
         "--LabApp.news_url=None", "--LabApp.expose_app_in_browser=True", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env=jupyter_environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address + "/api", timeout=1)
            break
        except OSError:
            assert server.poll() is None and time.monotonic() < deadline, (folder / "lab.log").read_text()
            time.sleep(0.2)
    yield address, folder
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="module")
def browser():
    assert shutil.which("chromedriver") and shutil.which("chromium"), "chromium and chromium-driver are needed"
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1300,2400", "--disable-gpu"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


def screenshot(browser, name):
    folder = pathlib.Path(os.environ.get("APUS_ARTIFACTS", ".build/artifacts")) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(folder / f"{name}.png"))


def open_notebook(browser, address, name="nb.ipynb", status=("idle",)):
    """Opens a notebook and waits until its kernel has started: a command that comes earlier makes Lab ask for a kernel."""
    # Else Lab restores the notebooks and consoles of earlier visits beside it, and one of them may end up in front.
    browser.get(f"{address}/lab/tree/{name}?reset")
    WebDriverWait(browser, 60).until(lambda b: b.execute_script("return window.jupyterapp?.shell.currentWidget?.context?.path") == name)
    WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-CodeCell"))
    WebDriverWait(browser, 60).until(lambda b: b.execute_script(KERNEL_STATUS) in status)


KERNEL_STATUS = "return window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"


def run_command(browser, name):
    """Runs a command of JupyterLab, as a menu does."""
    browser.execute_script("window.jupyterapp.commands.execute(arguments[0])", name)


def saved(folder, name="nb.ipynb"):
    return json.loads((folder / name).read_text())


def run_in_new_cell(browser, code):
    """Appends a cell and runs it."""
    browser.execute_script("""
        const notebook = window.jupyterapp.shell.currentWidget.content;
        notebook.activeCellIndex = notebook.widgets.length - 1;""")
    run_command(browser, "notebook:insert-cell-below")
    browser.execute_script("window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource(arguments[0])", code)
    run_command(browser, "notebook:run-cell")


# The last cell in one look: its elements are replaced while somebody looks.
LAST_CELL = """
    const cell = [...window.jupyterapp.shell.currentWidget.node.querySelectorAll('.jp-CodeCell')].pop();
    const bars = [...cell.querySelectorAll('[role="progressbar"]')];
    return {text: cell.innerText, pictures: cell.querySelectorAll('.jp-RenderedSVG').length, bars: bars.length,
            progress: bars.length ? Number(bars.pop().getAttribute('aria-valuenow')) : -1};"""


def last_cell(browser):
    return browser.execute_script(LAST_CELL)


def show_last_cell(browser, name):
    browser.execute_script("[...window.jupyterapp.shell.currentWidget.node.querySelectorAll('.jp-CodeCell')].pop().scrollIntoView()")
    time.sleep(0.5)
    screenshot(browser, name)


def test_run_all_shows_progress_tables_and_plots(lab, browser):
    address, folder = lab
    open_notebook(browser, address)
    run_command(browser, "notebook:run-all-cells")
    screenshot(browser, "lab-started")
    WebDriverWait(browser, 180).until(lambda b: len(b.find_elements(By.CSS_SELECTOR, ".jp-RenderedSVG")) > 0)
    WebDriverWait(browser, 300).until(
        lambda b: "commit" in b.find_elements(By.CSS_SELECTOR, ".jp-CodeCell")[-1].text.lower()
        or b.find_elements(By.CSS_SELECTOR, '.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"], .jp-RenderedText[data-mime-type="application/vnd.jupyter.error"]')
    )
    for index, cell in enumerate(browser.find_elements(By.CSS_SELECTOR, ".jp-CodeCell")):
        browser.execute_script("arguments[0].scrollIntoView()", cell)
        time.sleep(0.2)
        screenshot(browser, f"lab-cell-{index}")
    assert not browser.find_elements(By.CSS_SELECTOR, '.jp-RenderedText[data-mime-type="application/vnd.jupyter.error"]')
    last = browser.find_elements(By.CSS_SELECTOR, ".jp-CodeCell")[-1].text
    assert "model.h5" in last and "config.json" in last

    run_command(browser, "docmanager:save")
    WebDriverWait(browser, 30).until(lambda b: any("svg" in json.dumps(c.get("outputs", [])) for c in saved(folder)["cells"]))


def test_attach_loses_nothing_of_a_training_when_the_page_is_reloaded(lab, browser, notebook_path):
    """Of 14 epochs, those before, during and after the reload are all there in the end, in place and live until then."""
    address, folder = lab
    notebook = json.loads(notebook_path.read_text())
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("--early-stopping 15", "--early-stopping 0")
    # Training is the last cell, so that nothing runs after it.
    last = next(i for i, c in enumerate(notebook["cells"]) if c["source"].startswith("%%train"))
    notebook["cells"] = notebook["cells"][: last + 1]
    (folder / "plain.ipynb").write_text(json.dumps(notebook))
    with_small_parameters(folder / "plain.ipynb", folder / "reload.ipynb", {"hub": f"file:{folder / 'reload-hub'}", "bars": 60000, "epochs": 14})

    open_notebook(browser, address, "reload.ipynb")
    run_command(browser, "notebook:run-all-cells")
    WebDriverWait(browser, 90).until(lambda b: last_cell(b)["progress"] >= 10)
    run_command(browser, "docmanager:save")
    WebDriverWait(browser, 30).until(lambda b: saved(folder, "reload.ipynb")["cells"][-1]["outputs"])
    browser.refresh()
    open_notebook(browser, address, "reload.ipynb", status=("busy", "idle"))
    screenshot(browser, "reload-before-attach")

    run_in_new_cell(browser, "%attach")
    WebDriverWait(browser, 30).until(lambda b: last_cell(b)["progress"] >= 0)
    seen = last_cell(browser)["progress"]
    assert seen < 100, "the training was over before the page was there again: make it longer"
    WebDriverWait(browser, 60).until(lambda b: last_cell(b)["progress"] > seen and last_cell(b)["pictures"] == 1)
    show_last_cell(browser, "reload-attached")

    # Stop ends the watching, not the training.
    run_command(browser, "notebook:interrupt-kernel")
    WebDriverWait(browser, 30).until(lambda b: "detached" in last_cell(b)["text"])
    seen = last_cell(browser)["progress"]
    run_in_new_cell(browser, "%attach")
    WebDriverWait(browser, 60).until(lambda b: last_cell(b)["progress"] > seen)
    WebDriverWait(browser, 180).until(lambda b: "ok after" in last_cell(b)["text"])
    show_last_cell(browser, "reload-end")
    end = last_cell(browser)
    assert (end["progress"], end["bars"], end["pictures"]) == (100, 1, 1), "updated in place"
    assert "Completed 14 epochs" in end["text"]

    run_command(browser, "docmanager:save")
    WebDriverWait(browser, 30).until(lambda b: "ok after" in json.dumps(saved(folder, "reload.ipynb")["cells"][-1]["outputs"]))
    outputs = saved(folder, "reload.ipynb")["cells"][-1]["outputs"]
    curves = ["".join(o["data"]["text/plain"]) for o in outputs if "image/svg+xml" in o.get("data", {})]
    assert len(curves) == 1
    line = next(line for line in curves[0].splitlines() if line.strip().startswith("training"))
    assert len(line.split()[1]) == 14, f"one mark for each epoch: {line}"
