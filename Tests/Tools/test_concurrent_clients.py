"""Several clients of one kernel at once: each gets its own answers, and nobody suffers from the errors of another."""

from concurrent.futures import ThreadPoolExecutor

from test_kernel_protocol import ASKS, PRINTS
from wire import DEADLINE, kernel  # noqa: F401

ROUNDS = 60
PIPELINED = 5
TOKEN = "hf_" + "a1B2" * 8


def at_once(kernel, *people):
    """Runs each of them in a thread with a client of its own; the first failure is the test's."""

    def live(person):
        client = kernel.client()
        try:
            return person(client)
        finally:
            client.close()

    with ThreadPoolExecutor(len(people)) as threads:
        return [future.result(DEADLINE * 5) for future in [threads.submit(live, person) for person in people]]


def executes(client):
    """Pipelines cells; returns their counts."""
    counts = []
    for turn in range(ROUNDS):
        name = f"v{client.name}"
        requests = [client.execute(f"let {name} = {turn * PIPELINED + i}", user_expressions={"v": name}) for i in range(PIPELINED)]
        for i, request in enumerate(requests):
            answer = client.answer(request)
            assert answer.content["status"] == "ok", "aborted by the error of another client"
            assert answer.content["user_expressions"]["v"]["data"]["text/plain"] == str(turn * PIPELINED + i)
            counts.append(answer.content["execution_count"])
    return counts


def fails(client):
    for _ in range(ROUNDS):
        failing = client.execute(ASKS, store_history=False)
        client.receive("stdin")
        behind = [client.execute(PRINTS, store_history=False) for _ in range(2)]
        # Once this is answered both are in the queue.
        client.ask("kernel_info_request")
        client.send("input_reply", {"value": TOKEN}, "stdin")
        assert client.answer(failing).content["status"] == "error", "there is no hub at this address"
        assert [client.answer(request).content["status"] for request in behind] == ["aborted"] * 2
        answer = client.run(PRINTS, store_history=False)
        assert answer.content["status"] == "ok" and "%%train" in answer.of("stream")[0]["text"]


def completes(client):
    for _ in range(ROUNDS * 3):
        assert client.ask("complete_request", {"code": "%%tra", "cursor_pos": 5}).content["matches"] == ["%%train"]
        assert client.ask("inspect_request", {"code": "%%train", "cursor_pos": 3}).content["found"]
        assert client.ask("kernel_info_request", channel="control").content["status"] == "ok"


def attaches(client):
    for _ in range(ROUNDS):
        answer = client.run("%attach --list", store_history=False)
        assert answer.content["status"] == "ok" and answer.of("display_data")
        assert client.run("%attach --no-follow", store_history=False).content["status"] == "ok"


def test_clients_work_at_once(kernel):  # noqa: F811
    client = kernel.client()
    assert client.run(PRINTS).content["execution_count"] == 1
    counts = at_once(kernel, executes, executes, executes, fails, fails, completes, attaches)[:3]
    for own in counts:
        assert own == sorted(own)
    assert sorted(sum(counts, [])) == list(range(2, 2 + 3 * ROUNDS * PIPELINED)), "each count is given once"
    assert client.run(PRINTS).content["status"] == "ok"
    client.close()


def interrupts(client):
    for _ in range(ROUNDS * 3):
        assert client.ask("interrupt_request", channel="control").content["status"] == "ok"


def is_interrupted(client):
    """Whatever an interrupt meets ends as interrupted or aborted; the rest is not touched."""
    for _ in range(ROUNDS):
        requests = [client.execute(code, store_history=False) for code in ("let a = 1", PRINTS, "%attach --no-follow", "")]
        for request in requests:
            content = client.answer(request).content
            assert content["status"] != "error" or content["ename"] == "Interrupted", content


def test_interrupts_while_clients_work(kernel):  # noqa: F811
    client = kernel.client()
    client.run(PRINTS)
    at_once(kernel, is_interrupted, is_interrupted, interrupts, completes)
    assert client.run(PRINTS).content["status"] == "ok"
    client.close()


def test_questions_to_several_clients(kernel):  # noqa: F811
    """Each is asked what its own cell wants to know, in the order of the cells."""
    clients = [kernel.client() for _ in range(3)]
    cells = []
    for client in clients:
        cells.append(client.execute(ASKS))
        # Messages of two sockets may overtake each other: once this is answered the cell is in the queue.
        client.ask("kernel_info_request")
    for client, cell in zip(clients, cells):
        question = client.receive("stdin")
        assert question.parent["msg_id"] == cell
        client.send("input_reply", {"value": TOKEN}, "stdin", parent=question.header)
        assert client.answer(cell).content["status"] == "error", "there is no hub at this address"
    for client in clients:
        assert client.is_silent("stdin") and client.run(PRINTS).content["status"] == "ok"
        client.close()
