"""Fixtures shared by the tests with the real tools. APUS_BINARY names the binary under test."""

import os
import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def journals(tmp_path_factory):
    """Every process that the tests start keeps its journal apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def apus():
    """The binary under test."""
    binary = os.environ.get("APUS_BINARY")
    assert binary and os.access(binary, os.X_OK), "set APUS_BINARY to the apus binary, or use ./Tests/run tools"
    return binary


@pytest.fixture(scope="session")
def fake_cuda():
    """The mock CUDA driver: what its variables say about it is in Tests/FakeCUDA/include/FakeCUDA.h."""
    library = os.environ.get("APUS_FAKE_CUDA_LIBRARY")
    assert library and os.access(library, os.R_OK), "set APUS_FAKE_CUDA_LIBRARY to libFakeCUDA.so, or use ./Tests/run tools"
    return library


@pytest.fixture(scope="session")
def notebook_path():
    return REPOSITORY / "notebooks" / "multi-task-lstm.ipynb"


@pytest.fixture
def endless_notebook(notebook_path, tmp_path):
    """A copy of the notebook whose training does not stop by itself before its epochs are done."""
    copy = tmp_path / "endless.ipynb"
    text = notebook_path.read_text()
    assert "--early-stopping 15" in text
    copy.write_text(text.replace("--early-stopping 15", "--early-stopping 0"))
    return copy


@pytest.fixture(scope="session")
def jupyter_environment(apus, tmp_path_factory):
    """Environment variables in which Jupyter finds the kernel, and nothing is read from or written to the user's home."""
    prefix = tmp_path_factory.mktemp("jupyter")
    subprocess.run([apus, "install", "--prefix", str(prefix)], check=True, stdout=subprocess.DEVNULL)
    home = prefix / "home"
    home.mkdir()
    return dict(
        os.environ,
        JUPYTER_PATH=str(prefix / "share" / "jupyter"),
        JUPYTER_CONFIG_DIR=str(prefix / "config"),
        JUPYTER_DATA_DIR=str(prefix / "data"),
        JUPYTER_RUNTIME_DIR=str(prefix / "runtime"),
        HOME=str(home),
        XDG_DATA_HOME=str(home / ".local" / "share"),
        XDG_CACHE_HOME=str(home / ".cache"),
        HF_HOME=str(home / ".cache" / "huggingface"),
    )


@pytest.fixture
def small_parameters(tmp_path):
    """Parameters that make the first notebook small, with a hub of its own."""
    return {"hub": f"file:{tmp_path / 'hub'}", "bars": 3000, "epochs": 3}
