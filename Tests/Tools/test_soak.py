"""Ten thousand cells of every kind in one kernel: each is answered as it should be, and memory stays bounded."""

import random
import time

from test_conformance_cells import SHOWS
from test_kernel_protocol import ASKS, FAILS, PRINTS
from wire import client, kernel, wait_until  # noqa: F401

CELLS = 10_000
# Long enough for what grows to a bound of its own: what is remembered against replays, and the journal.
WARM_UP = 2000
# KB by which the kernel may be larger after the last cell than after the warm-up.
ROOM = 8 << 10


class Person:
    """Runs cells and asks for help in any order, and knows what must come back."""

    def __init__(self, client, random):
        self.client, self.random = client, random
        self.count = 0

    def run(self, code, store_history=True, **options):
        self.count += store_history and not options.get("silent", False)
        answer = self.client.run(code, store_history=store_history, **options)
        assert answer.content["execution_count"] == self.count, code
        return answer

    def sets(self, number):
        answer = self.run(f"let n = {number}", user_expressions={"n": "n"})
        assert answer.content["user_expressions"]["n"]["data"]["text/plain"] == str(number)
        assert answer.kinds == ["status", "execute_input", "status"]

    def is_empty(self, number):
        code = self.random.choice(["", "\n\n", "  ", f"// {number}"])
        assert self.run(code).content["status"] == "ok"

    def shows(self, number):
        answer = self.run(f"let shown = {number}\n{SHOWS}")
        assert str(number) in answer.of("display_data")[0]["data"]["text/plain"]

    def prints(self, number):
        text = "".join(c["text"] for c in self.run(PRINTS).of("stream"))
        assert "%%train" in text and text.endswith("\n")

    def fails(self, number):
        code = self.random.choice([FAILS, "%%train", "let x = [1,", f"%%build\nNothing({number})", "%%evaluate --x"])
        answer = self.run(code, stop_on_error=self.random.random() < 0.5)
        assert answer.content["status"] == "error"
        assert [e["ename"] for e in answer.of("error")] == [answer.content["ename"]]

    def is_quiet(self, number):
        # With a parameter of its own, or the first cells of all would have none to show.
        shows = f"let quiet = {number}\n{SHOWS}"
        assert self.run(shows, silent=True).kinds == ["status", "status"]
        assert "display_data" in self.run(shows, store_history=False).kinds

    def interrupts(self, number):
        cell, behind = self.client.execute(ASKS), None
        self.client.receive("stdin")
        if number % 2:
            behind = self.client.execute("let behind = 1")
            self.client.ask("kernel_info_request")
        assert self.client.ask("interrupt_request", channel="control").content == {"status": "ok"}
        assert self.client.answer(cell).content["ename"] == "Interrupted"
        self.count += 1
        if behind:
            assert self.client.answer(behind).content["status"] == "aborted"

    def asks(self, number):
        matches = self.client.ask("complete_request", {"code": "%%tra", "cursor_pos": 5}).content["matches"]
        assert matches == ["%%train"]
        assert self.client.ask("inspect_request", {"code": "%%train", "cursor_pos": 3}).content["found"]
        assert self.client.ask("is_complete_request", {"code": "let xs = ["}).content["status"] == "incomplete"
        assert self.client.ask("history_request", {"hist_access_type": "tail", "n": 2}).content["status"] == "ok"
        self.is_empty(number)


def test_ten_thousand_cells(kernel, client):  # noqa: F811
    seed = time.time_ns()
    print(f"{CELLS} cells, seed {seed}")
    person = Person(client, random.Random(seed))
    kinds = {
        person.sets: 30, person.is_empty: 15, person.shows: 15, person.prints: 10, person.fails: 15, person.is_quiet: 5, person.interrupts: 4,
        person.asks: 6}
    memory = None
    for number in range(CELLS):
        person.random.choices(list(kinds), kinds.values())[0](number)
        if number == WARM_UP:
            memory = kernel.resident()
        # The tests need not remember more than the kernel does.
        if number % 100 == 0:
            for remembered in (client.ids, client.received, client.brackets.seen, client.shown, kernel.requests):
                remembered.clear()
    wait_until(lambda: kernel.resident() <= memory + ROOM, f"{memory} KB after {WARM_UP} cells, {kernel.resident()} KB after {CELLS}")
    assert client.is_silent("shell") and client.is_silent("stdin") and client.is_silent("control")
