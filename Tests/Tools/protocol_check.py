"""The rules of the messaging protocol for what a kernel sends: for one message, and for what is published around a request."""

import datetime
import json
import re
from dataclasses import dataclass

from protocol_schemas import CONTENT, HEADERS, UNKNOWN

DELIMITER = b"<IDS|MSG>"


@dataclass(frozen=True)
class Message:
    channel: str
    topic: bytes
    header: dict
    parent: dict
    content: dict

    @property
    def kind(self):
        return self.header["msg_type"]

    @property
    def state(self):
        return self.content.get("execution_state")


class Brackets:
    """Busy before and idle after every request: nothing is published about it outside of them."""

    def __init__(self):
        self.open, self.seen = set(), set()

    def take(self, message):
        parent = message.parent["msg_id"]
        if parent not in self.open:
            assert message.state == "busy" and parent not in self.seen, f"published outside of busy and idle: {message}"
            self.open.add(parent)
            self.seen.add(parent)
        elif message.state == "idle":
            # A running cell may be busy again after another request: clients look at the last status only.
            self.open.remove(parent)


def check(kernel, channel, frames, routed=False):
    """Checks every rule of the protocol that holds for one message alone. `routed`: the request came with more identities than its own."""
    at = frames.index(DELIMITER)
    identities, signature, parts = frames[:at], frames[at + 1], frames[at + 2:]
    assert len(parts) == 4, f"{len(parts)} frames after the signature"
    assert signature == kernel.signature(parts), "a wrong signature"
    header, parent, metadata, content = (json.loads(part.decode(), parse_constant=not_json) for part in parts)
    message = Message(channel, identities[0] if identities else b"", header, parent, content)
    assert isinstance(metadata, dict) and isinstance(parent, dict)
    HEADERS.validate(header)
    assert datetime.datetime.fromisoformat(header["date"]).tzinfo is not None, header["date"]
    kernel.session = kernel.session or header["session"]
    assert header["session"] == kernel.session, "one kernel, one session"
    if parts[1] == b"{}":
        assert message.kind == "iopub_welcome" or message.state == "starting", f"sent without a cause: {message}"
    else:
        assert parts[1] in kernel.requests, f"not the header of any request: {parts[1]}"
    if channel == "iopub":
        assert identities == [expected_topic(kernel, message)], identities
        CONTENT[channel][message.kind].validate(content)
        return message
    assert routed or not identities, identities
    asked = kernel.requests[parts[1]]
    if channel == "stdin":
        assert message.kind == "input_request" and parent["msg_type"] == "execute_request"
    else:
        assert channel == asked, f"asked on {asked}, answered on {channel}"
        # A surrogate without its partner is no character, and comes back as the one that stands for none.
        assert message.kind == re.sub("[\ud800-\udfff]", "\ufffd", parent["msg_type"]).removesuffix("_request") + "_reply"
    CONTENT[channel].get(message.kind, UNKNOWN).validate(content)
    return message


def not_json(constant):
    raise ValueError(f"{constant} is not JSON")


def expected_topic(kernel, message):
    if message.kind == "stream":
        return b"stream." + message.content["name"].encode()
    if message.kind == "iopub_welcome":
        return message.topic
    return f"kernel.{kernel.session}.{message.kind}".encode()
