"""Kernel subshells (Jupyter enhancement proposal 91) over bare sockets, beside a real training. `wire` checks every message."""

import pytest

from wire import client, kernel  # noqa: F401

CELLS_BEFORE_TRAINING = [
    "%%auth --hub file:{folder}/hub",
    "%%download --repo simulated/subshells --path v2_model/BTCUSDT/15m --timeframe 15m --simulate 3000",
    "%%preprocess",
    "%%build --recipe multi-task-lstm",
]


@pytest.fixture
def subshell(client):
    return client.ask("create_subshell_request", channel="control").content["subshell_id"]


@pytest.fixture
def training(client, tmp_path):
    """The id of a cell that trains until it is interrupted."""
    for code in CELLS_BEFORE_TRAINING:
        answer = client.run(code.format(folder=tmp_path))
        assert answer.content["status"] == "ok", answer.content
    request = client.execute("%%train --epochs 100000 --early-stopping 0")
    while not any(m.kind == "display_data" for m in client.shown.get(request, [])):
        message = client.receive("iopub")
        client.shown.setdefault(message.parent.get("msg_id"), []).append(message)
    return request


def stop(client, request):
    assert client.ask("interrupt_request", channel="control").content["status"] == "ok"
    assert client.answer(request).content["ename"] == "Interrupted"


def test_the_kernel_says_that_it_has_subshells(client):
    assert client.ask("kernel_info_request").content["supported_features"] == ["kernel subshells"]


def test_looking_at_the_session_while_it_trains(client, subshell, training):
    answer = client.answer(client.execute("%who\n%parameters", subshell=subshell, user_expressions={"a": "1"}))
    assert answer.content["status"] == "ok" and answer.content["execution_count"] == 1
    assert "model" in answer.of("display_data")[0]["data"]["text/plain"]
    assert answer.content["user_expressions"]["a"]["data"]["text/plain"] == "1"
    attached = client.answer(client.execute("%attach --no-follow", subshell=subshell))
    assert attached.content["status"] == "ok" and "display_data" in attached.kinds
    stop(client, training)


def test_a_cell_that_does_more_waits_its_turn_and_says_so(client, subshell, training):
    waiting = client.execute("let epochs = 3", subshell=subshell)
    message = client.receive("iopub")
    while "waits for the cell that runs" not in message.content.get("text", ""):
        client.shown.setdefault(message.parent.get("msg_id"), []).append(message)
        message = client.receive("iopub")
    assert message.parent["msg_id"] == waiting
    # An interrupt is the kernel's: it stops the cells of all subshells.
    assert client.ask("interrupt_request", channel="control").content["status"] == "ok"
    for request in (training, waiting):
        assert client.answer(request).content["ename"] == "Interrupted"
    assert client.answer(client.execute("let epochs = 3", subshell=subshell)).content["status"] == "ok"
    assert client.run("", user_expressions={"a": "epochs"}).content["user_expressions"]["a"]["data"]["text/plain"] == "3"


def test_subshells_come_and_go(client, subshell):
    listed = client.ask("list_subshell_request", channel="control").content["subshell_id"]
    assert listed == [subshell]
    assert client.ask("delete_subshell_request", {"subshell_id": subshell}, "control").content["status"] == "ok"
    assert client.ask("list_subshell_request", channel="control").content["subshell_id"] == []
    gone = client.answer(client.execute("%who", subshell=subshell))
    assert gone.content["status"] == "error" and gone.kinds == ["status", "status"]
