"""What the messaging protocol says about cells, over bare sockets: execution, questions, code points, history. `wire` checks every message."""

import nbformat
import pytest

from test_kernel_protocol import ASKS, FAILS, PRINTS, QUICK
from test_notebook_fronts import with_small_parameters
from wire import client, kernel  # noqa: F401

SHOWS = "%parameters"


def test_the_notebook(client, notebook_path, small_parameters, tmp_path):
    """The outputs of real cells: progress that is updated, tables, pictures."""
    with_small_parameters(notebook_path, tmp_path / "nb.ipynb", small_parameters)
    displays, updated = set(), set()
    for cell in nbformat.read(tmp_path / "nb.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        answer = client.run(cell.source)
        assert answer.content["status"] == "ok", answer.content
        assert {c["execution_count"] for c in answer.of("execute_input")} == {answer.content["execution_count"]}
        displays |= {c.get("transient", {}).get("display_id") for c in answer.of("display_data")}
        updated |= {c["transient"]["display_id"] for c in answer.of("update_display_data")}
    assert updated and updated <= displays, "only what was shown is updated"


def test_silent_cells_publish_nothing_and_count_nothing(client):
    assert client.run(QUICK).content["execution_count"] == 1
    for code in (QUICK, PRINTS, SHOWS, FAILS):
        answer = client.run(code, silent=True)
        assert answer.kinds == ["status", "status"]
        assert answer.content["execution_count"] == 1
        assert answer.content["status"] == ("error" if code == FAILS else "ok")
    answer = client.run(PRINTS, store_history=False)
    assert "stream" in answer.kinds and answer.content["execution_count"] == 1
    assert [c["execution_count"] for c in answer.of("execute_input")] == [1]
    assert client.run("", silent=True).content["execution_count"] == 1, "how a front end asks for the counter"
    assert client.run(QUICK).content["execution_count"] == 2


def test_user_expressions(client):
    expressions = {"known": "answer", "literal": "[1, 2.5]", "unknown": "nothing", "é😀": "answer", "broken": "("}
    content = client.run("let answer = 42", user_expressions=expressions).content
    found = content["user_expressions"]
    assert {name: value["status"] for name, value in found.items()} == {
        "known": "ok", "literal": "ok", "unknown": "error", "é😀": "ok", "broken": "error"}
    assert found["known"]["data"]["text/plain"] == "42" == found["é😀"]["data"]["text/plain"]
    assert content["status"] == "ok", "an expression fails alone"
    content = client.run("", silent=True, user_expressions={"a": "answer"}).content
    assert content["user_expressions"]["a"]["data"]["text/plain"] == "42", "also for silent cells"


def test_input_that_is_not_allowed_is_an_error(client):
    answer = client.run(ASKS, allow_stdin=False)
    assert answer.content["status"] == "error" and len(answer.of("error")) == 1
    assert client.is_silent("stdin")


def test_the_question_goes_to_who_sent_the_cell_and_only_its_answer_counts(kernel, client):
    other = kernel.client()
    cell = client.execute("%%auth --hub file:hub --prompt")
    question = client.receive("stdin")
    assert question.content["password"] and question.parent["msg_id"] == cell
    other.send("input_reply", {"value": "hf_another_client"}, "stdin", parent=question.header)
    client.send("input_reply", {"value": 7}, "stdin", parent=question.header)
    client.send("input_reply", {"value": "hf_another_question"}, "stdin", parent={**question.header, "msg_id": "another"})
    client.send("input_reply", {"value": ""}, "stdin", parent=question.header)
    answer = client.answer(cell)
    assert answer.content["status"] == "ok"
    assert "none: public files only" in answer.of("display_data")[0]["data"]["text/plain"], "what an empty answer means"
    assert other.run(QUICK).content["status"] == "ok"
    assert other.is_silent("stdin")
    other.close()


@pytest.mark.parametrize("stops", [True, False])
def test_an_error_aborts_what_its_own_client_queued(kernel, client, stops):
    other = kernel.client()
    failing = client.execute(ASKS, stop_on_error=stops)
    client.receive("stdin")
    first, second, foreign = client.execute(QUICK), client.execute(PRINTS), other.execute(QUICK)
    # Once these are answered all of them are in the queue.
    assert client.ask("kernel_info_request").content["status"] == other.ask("kernel_info_request").content["status"] == "ok"
    client.send("input_reply", {"value": "hf_for_a_hub_that_is_not_there"}, "stdin")
    assert client.answer(failing).content["status"] == "error"
    for request in (first, second):
        answer = client.answer(request)
        assert answer.content["status"] == ("aborted" if stops else "ok")
        assert not stops or answer.kinds == ["status", "status"]
    assert other.answer(foreign).content["status"] == "ok"
    assert client.run(QUICK).content["status"] == "ok", "what is sent after the error runs"
    other.close()


def test_an_interrupt_ends_the_cell_and_the_queue(client):
    cell = client.execute(ASKS)
    client.receive("stdin")
    behind = [client.execute(QUICK) for _ in range(3)]
    client.ask("kernel_info_request")
    assert client.ask("interrupt_request", channel="control").content == {"status": "ok"}
    assert client.answer(cell).content["ename"] == "Interrupted"
    assert [client.answer(request).content["status"] for request in behind] == ["aborted"] * 3
    assert client.run(QUICK).content["status"] == "ok"


# --- code ---

TEXTS = ["plain", "é😀", "e\u0301\u0323 combining", "👩‍👩‍👧‍👦🏳️‍🌈", "漢字\u3000", "\U0001d4d0\u200d\ufe0f"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("after", ["", "\nlet z = 1"])
def test_cursors_count_code_points(client, text, after):
    before = f'let s = "{text}"\n'
    code = before + "%parame" + after
    cursor = len(before) + len("%parame")
    content = client.ask("complete_request", {"code": code, "cursor_pos": cursor}).content
    assert content["matches"] == ["%parameters"]
    assert (content["cursor_start"], content["cursor_end"]) == (len(before), cursor)
    for kind in content["metadata"]["_jupyter_types_experimental"]:
        assert (kind["start"], kind["end"]) == (len(before), cursor)
    code = before + "%parameters" + after
    inside = client.ask("inspect_request", {"code": code, "cursor_pos": len(before) + 3}).content
    assert inside["found"] and "%parameters" in inside["data"]["text/plain"]
    assert not client.ask("inspect_request", {"code": "é😀 " * 9 + code, "cursor_pos": 2}).content["found"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_as_it_was_sent(client, text):
    """Code point by code point: nothing is normalised."""
    code = f'let s = "{text}"'
    answer = client.run(code, user_expressions={"s": "s"})
    assert answer.of("execute_input")[0]["code"] == code
    assert text in answer.content["user_expressions"]["s"]["data"]["text/plain"]
    history = client.ask("history_request", {"hist_access_type": "tail", "n": 1}).content["history"]
    assert [entry[2] for entry in history] == [code]


def test_is_complete(client):
    for code, status in (
        ("%lsmagic", "complete"), ("", "complete"), ("%%build\nLSTM(64)", "complete"), ('%%build\nHead("a") {', "incomplete"),
        ("let xs = [1,", "incomplete"), ("let xs = [1]]", "invalid"), ("/* a", "incomplete"),
    ):
        assert client.ask("is_complete_request", {"code": code}).content["status"] == status, code


# --- history ---


def history(client, **content):
    return client.ask("history_request", content).content["history"]


def test_history(client):
    cells = ["let alpha = 1", SHOWS, "let beta = 2", "let alpha = 1"]
    for code in cells:
        client.run(code)
    client.run("%who", store_history=False)
    client.run("", silent=True)
    lines = [[1, number, code] for number, code in enumerate(cells, 1)]
    assert history(client, hist_access_type="tail", n=2) == lines[-2:]
    assert history(client, hist_access_type="tail", n=0) == []
    assert history(client, hist_access_type="tail", n=99) == lines
    assert history(client, hist_access_type="tail", n=1, output=True) == [[1, 4, ["let alpha = 1", None]]]
    assert history(client, hist_access_type="range", session=0, start=2, stop=4) == lines[1:3]
    assert history(client, hist_access_type="range", session=1, start=3) == lines[2:]
    assert history(client, hist_access_type="range", session=77, start=0, stop=9) == []
    assert history(client, hist_access_type="range", session=-77, start=0, stop=9) == []
    assert history(client, hist_access_type="range", session=0, start=4, stop=2) == []
    assert history(client, hist_access_type="search", pattern="let al*") == [lines[0], lines[3]]
    assert history(client, hist_access_type="search", pattern="let al*", unique=True) == [lines[3]]
    assert history(client, hist_access_type="search", pattern="let ?eta = [0-9]") == [lines[2]]
    assert history(client, hist_access_type="search", pattern="*", n=1) == [lines[3]]
    assert history(client, hist_access_type="search", pattern="nothing*") == []
