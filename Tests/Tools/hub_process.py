"""Starts the hub of `hub_server` and talks to its admin interface."""

import contextlib
import json
import pathlib
import ssl
import subprocess
import sys
import urllib.request


class HubServer:
    """A running server; `world(name)` is one hub of it."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hub_server", *arguments], cwd=pathlib.Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        ports = json.loads(self.process.stdout.readline())
        scheme = "https" if "--certificate" in arguments else "http"
        self.url = f"{scheme}://127.0.0.1:{ports['port']}"

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
        anyone = ssl.create_default_context()
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=anyone))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def log(self):
        """The requests since the last call."""
        return self.admin("log")

    def faults(self, *rules):
        self.admin("faults", list(rules))


@contextlib.contextmanager
def running_hub(*arguments):
    server = HubServer(*arguments)
    try:
        yield server
    finally:
        server.stop()
