"""A language server for the tests: it answers from the text alone, or misbehaves as its first argument says. The second argument is a file to which
each start adds a line."""

import json
import os
import sys
import time

mode, starts = sys.argv[1:3]
with open(starts, "a") as file:
    file.write("started\n")
with open(starts) as file:
    number = len(file.readlines())
if mode == "broken":
    sys.exit(3)
documents = {}


def write(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def send(**message):
    content = json.dumps({"jsonrpc": "2.0", **message}).encode()
    frame = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: %d\r\n\r\n" % len(content) + content
    if mode == "in pieces":
        for byte in frame:
            write(bytes([byte]))
    else:
        write(frame)


def read():
    length = 0
    while (line := sys.stdin.buffer.readline()) != b"\r\n":
        if not line:
            sys.exit(0)
        name, value = line.split(b":")
        if name == b"Content-Length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length))


def hang():
    while True:
        time.sleep(60)


def answer(message):
    """What stands at the place: its line up to it, and the settings that the server was started with."""
    parameters = message["params"]
    line, character = parameters["position"]["line"], parameters["position"]["character"]
    text = documents[parameters["textDocument"]["uri"]].split("\n")[line].encode("utf-16-le")[: character * 2].decode("utf-16-le")
    if message["method"] == "textDocument/hover":
        return {"contents": {"kind": "markdown", "value": f"hover {text}"}} if "unknown" not in text else None
    if message["method"] == "textDocument/signatureHelp":
        return {"signatures": [{"label": f"call {text}"}]}
    start = {"line": line, "character": character}
    return {"items": [{"label": f"v{os.getpid()}", "kind": 6, "detail": f"{text}|{settings}", "textEdit": {"newText": "value", "range": {"start": start}}}]}


settings = ""
while True:
    message = read()
    method = message["method"] if "method" in message else ""
    if method == "initialize":
        if mode == "mute":
            hang()
        settings = " ".join(message["params"]["initializationOptions"]["fallbackBuildSystem"]["swiftCompilerFlags"])
        send(id=message["id"], result={"capabilities": {}})
        if mode == "talkative":
            send(id=1, method="client/registerCapability", params={})
            send(id="x", method="workspace/configuration", params={})
            # More than a pipe holds, while the client writes as much.
            for _ in range(40):
                send(method="window/logMessage", params={"message": "x" * 10_000})
    elif method == "textDocument/didOpen":
        documents[message["params"]["textDocument"]["uri"]] = message["params"]["textDocument"]["text"]
    elif method == "textDocument/didChange":
        documents[message["params"]["textDocument"]["uri"]] = message["params"]["contentChanges"][0]["text"]
    elif method == "textDocument/didClose":
        del documents[message["params"]["textDocument"]["uri"]]
    elif "id" in message and method:
        if mode == "hanging" or (mode == "hanging once" and number == 1):
            hang()
        if mode == "crashing" or (mode == "crashing once" and number == 1):
            os.abort()
        if mode == "garbage":
            write(b"this is no header\r\n\r\n" * 10)
            hang()
        if mode == "refusing":
            send(id=message["id"], error={"code": -32001, "message": "no"})
            continue
        send(id=message["id"], result=answer(message))
        if mode == "dying after each answer":
            sys.exit(0)
