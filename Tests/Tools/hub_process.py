"""Starts the hub of `hub_server` and talks to its admin interface."""

import contextlib
import json
import pathlib
import subprocess
import sys
import urllib.request


class HubServer:
    """A running server; `world(name)` is one hub of it."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hub_server"], cwd=pathlib.Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        ports = json.loads(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{ports['port']}"

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def world(self, name):
        return HubWorld(f"{self.url}/w/{name}")


class HubWorld:
    def __init__(self, endpoint):
        self.endpoint = endpoint

    def admin(self, action, body=None):
        request = urllib.request.Request(f"{self.endpoint}/admin/{action}", json.dumps(body or {}).encode(), method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def log(self):
        """The requests since the last call."""
        return self.admin("log")

    def faults(self, *rules):
        self.admin("faults", list(rules))


@contextlib.contextmanager
def running_hub():
    server = HubServer()
    try:
        yield server
    finally:
        server.stop()
