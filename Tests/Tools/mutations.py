"""Random damage to Jupyter messages: to their frames, to their JSON, and to what the JSON says."""

import datetime
import json
import uuid

from protocol_check import DELIMITER

REQUESTS = [
    ("shell", "kernel_info_request", {}),
    ("shell", "execute_request", {"code": "let answer = 42", "silent": False, "store_history": True, "user_expressions": {"a": "answer"}}),
    ("shell", "execute_request", {"code": "let answer = 42", "silent": True, "allow_stdin": True, "stop_on_error": True}),
    ("shell", "execute_request", {"code": "%%nosuch --epochs {n}\nLSTM(64) // é😀", "silent": False}),
    ("shell", "execute_request", {"code": "%lsmagic", "silent": True}),
    ("shell", "execute_request", {"code": "%parameters", "stop_on_error": False}),
    ("shell", "complete_request", {"code": "let s = \"é😀\"\n%%build --rec", "cursor_pos": 20}),
    ("shell", "inspect_request", {"code": "%%train --epochs 3", "cursor_pos": 4, "detail_level": 1}),
    ("shell", "is_complete_request", {"code": "let xs = [1, 2.5, \"a\","}),
    ("shell", "history_request", {"hist_access_type": "search", "pattern": "let *[a-c]?", "n": 5, "unique": True, "output": True}),
    ("shell", "history_request", {"hist_access_type": "range", "session": 0, "start": 1, "stop": 4}),
    ("shell", "comm_open", {"comm_id": "c", "target_name": "t", "data": {}}),
    ("shell", "comm_info_request", {"target_name": "t"}),
    ("control", "kernel_info_request", {}),
    ("control", "interrupt_request", {}),
    ("control", "debug_request", {"command": "initialize"}),
    ("stdin", "input_reply", {"value": "x"}),
]
VALUES = [
    None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.5, -1e308, "", "x", "\ud800", "\0", "é😀e\u0301" * 40, "%" * 500, "[" * 3000,
    "a" * 60_000, [], {}, [[]], {"": {}}, ["*a"] * 200, "*a" * 200, json.loads("[" * 200 + "]" * 200),
]
FRAMES = [
    b"", b"\0", b"\xff\xfe", b"null", b"[]", b"{}", b"{", b'{"msg_id":null}', b'{"msg_id":"\\ud800","msg_type":""}', b'{"a":1e999999}', DELIMITER,
    b"[" * 100_000, b'{"a":' * 100_000, b"\x80" * 5000, b'{"a":1}' + b" " * 70_000, b"\xef\xbb\xbf{}", b'{"a":NaN}', b'{"a":1,"a":2}',
]


def mutated(random, session, sign):
    """A channel, frames, and the header of a message that is like a request, but was damaged before it was signed, or after."""
    channel, kind, content = random.choice(REQUESTS)
    header = {
        "msg_id": uuid.UUID(int=random.getrandbits(128)).hex, "msg_type": kind, "session": session, "username": "u", "version": "5.5",
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat()}
    parts = [header, {}, {}, dict(content)]
    signed_damage = random.random() < 0.6
    if signed_damage and random.random() < 0.7:
        change_values(random, parts)
    parts = [json.dumps(part).encode() for part in parts]
    if signed_damage and random.random() < 0.5:
        damage(random, parts, keep=4)
    frames = [DELIMITER, sign(parts), *parts]
    if not signed_damage or random.random() < 0.1:
        damage(random, frames)
    return channel, frames or [b""], parts[0]


def change_values(random, parts):
    for _ in range(random.randint(1, 3)):
        part = random.choice([parts[0], parts[3], parts[3], parts[3]])
        name = random.choice([*part, "extra"])
        text = part.get(name)
        if isinstance(text, str) and text and random.random() < 0.5:
            at = random.randrange(len(text))
            scalar = chr(random.choice([0, 10, 34, 37, 92, 123, 0x301, 0x1F600, random.randrange(32, 127)]))
            part[name] = text[:at] + scalar + text[at + random.randint(0, 1):]
        elif random.random() < 0.2:
            part.pop(name, None)
        else:
            part[name] = random.choice(VALUES)


def damage(random, frames, keep=0):
    """One to four changes: bytes flipped, cut, inserted; frames lost, doubled, swapped, replaced. At least `keep` frames stay."""
    for _ in range(random.randint(1, 4)):
        if not frames:
            return
        at = random.randrange(len(frames))
        frame = frames[at]
        place = random.randrange(len(frame) + 1)
        match random.randrange(9):
            case 0 if len(frames) > keep:
                del frames[at]
            case 1 if not keep:
                frames.insert(at, frame)
            case 2:
                other = random.randrange(len(frames))
                frames[at], frames[other] = frames[other], frame
            case 3:
                frames[at] = random.choice(FRAMES)
            case 4:
                frames[at] = frame[:place]
            case 5:
                frames[at] = frame[:place] + random.randbytes(random.randint(1, 3)) + frame[place:]
            case _ if frame:
                place %= len(frame)
                frames[at] = frame[:place] + bytes([frame[place] ^ 1 << random.randrange(8)]) + frame[place + 1:]
