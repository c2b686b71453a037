"""Mutated messages over the real sockets: after each batch the kernel answers and executes correctly, and in the end memory is back.

APUS_MUTATED_MESSAGES sets how many (20,000); APUS_MUTATION_SEED repeats a run.
"""

import os
import random
import time

from mutations import mutated
from protocol_check import check
from wire import at_rest, kernel  # noqa: F401

BATCH = 1000
BATCHES = max(3, int(os.environ.get("APUS_MUTATED_MESSAGES", "20000")) // BATCH)
# KB that a kernel at rest may have more than after its first cell, however many messages came in between: its history, what it remembers
# against replays, and its threads.
ROOM = 6 << 10


class Attacker:
    """A client that has the key and damages what it sends."""

    def __init__(self, kernel, random):
        self.kernel, self.random, self.client = kernel, random, kernel.client()
        self.answered = 0

    def send_batch(self, count):
        for _ in range(count):
            channel, frames, header = mutated(self.random, self.client.name, self.kernel.signature)
            self.kernel.requests[header] = channel
            self.client.sockets[channel].send_multipart(frames)

    def wait_until_read(self):
        """Whatever was sent before on shell and control has been read when these are answered."""
        for channel in ("shell", "control"):
            request = self.client.send("kernel_info_request", channel=channel)
            while self.receive(channel).parent["msg_id"] != request:
                self.answered += 1

    def receive(self, channel):
        socket = self.client.sockets[channel]
        assert socket.poll(60_000), f"nothing came on {channel}"
        return check(self.kernel, channel, socket.recv_multipart(), routed=True)


def test_mutated_messages(kernel):  # noqa: F811
    seed = int(os.environ.get("APUS_MUTATION_SEED", time.time_ns()))
    print(f"{BATCHES * BATCH} mutated messages, seed {seed}")
    generator = random.Random(seed)
    answered = 0
    client = kernel.client()
    client.run("let batch = 0")
    client.close()
    base = at_rest(lambda: kernel.resident("RssAnon"))
    before = []
    for batch in range(BATCHES):
        attacker = Attacker(kernel, generator)
        attacker.send_batch(BATCH)
        attacker.wait_until_read()
        answered += attacker.answered
        attacker.client.close()
        client = kernel.client()
        assert client.ask("kernel_info_request").content["status"] == "ok"
        content = client.run(f"let batch = {batch}", user_expressions={"batch": "batch"}).content
        assert content["status"] == "ok" and content["user_expressions"]["batch"]["data"]["text/plain"] == str(batch)
        client.close()
        # What is told about a batch may come until the next one has ended, and a million headers are too many to keep.
        for header in before:
            kernel.requests.pop(header, None)
        before = list(kernel.requests)
    assert 0.1 < answered / (BATCHES * BATCH) < 0.9, f"{answered} were answered: the mutations are neither all harmless nor all fatal"
    end = at_rest(lambda: kernel.resident("RssAnon"))
    print(f"{base} KB at first, {end} KB after the last batch; with files {kernel.resident()} KB")
    assert end <= base + ROOM
    assert kernel.process.poll() is None
