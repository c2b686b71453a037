"""Writes which functions a kernel and its session process run until the first cell has ended, for the linker to put them side by side.

    .build/tools/bin/python Tests/Bench/startup_symbols.py .build/binary/release/apus > .ci/startup-symbols.txt

Memory is mapped in blocks of 64 KB around each function that runs, so that functions which lie together take less of it, and fewer page
faults to start. The list may be out of date: names that the linker does not find are left out, and functions that are not in the list come
after it. It needs valgrind, binutils and jupyter_client.
"""

import fcntl
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

DEADLINE = 120
CELLS = ["let a = 1", "let b = 2"]


def recorded(profile, *command):
    return ["valgrind", "-q", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={profile}", *map(str, command)]


def run_session(program, profile):
    """Runs cells in a session process, in the place of the kernel that starts one."""
    here, there = socket.socketpair()
    pipes = [os.pipe(), os.pipe()]
    ends = {3: there.fileno(), 4: pipes[0][0], 5: pipes[1][0], 1: pipes[0][1], 2: pipes[1][1]}
    copies = {target: fcntl.fcntl(end, fcntl.F_DUPFD, 100) for target, end in ends.items()}
    process = subprocess.Popen(
        recorded(profile, program, "session", "1"), close_fds=False, preexec_fn=lambda: [os.dup2(copy, target) for target, copy in copies.items()])
    here.settimeout(DEADLINE)

    def send(command):
        text = json.dumps(command).encode()
        here.sendall(len(text).to_bytes(4, "little") + text)

    for number, code in enumerate(CELLS, 1):
        request = {"code": code, "silent": False, "input": True, "expressions": {}, "count": number, "id": None}
        send({"kind": "execute", "cell": number, "request": request})
        assert b'"reply"' in here.recv(1 << 16)
    send({"kind": "close"})
    assert process.wait(DEADLINE) == 0


def run_kernel(program, profile, folder):
    """Runs cells in a kernel. It reports that its session process does not start, which valgrind does not let it: that is no matter."""
    file, _ = write_connection_file(str(folder / "connection.json"), ip="127.0.0.1", key=b"a key")
    environment = dict(os.environ, HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_STATE_HOME=str(folder))
    process = subprocess.Popen(recorded(profile, program, "kernel", "-f", file), env=environment, stderr=subprocess.DEVNULL)
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    client.start_channels(hb=False)
    client.wait_for_ready(timeout=DEADLINE)
    for code in CELLS:
        client.execute(code)
        client.get_shell_msg(timeout=DEADLINE)
    time.sleep(0.5)  # for what the kernel does after a cell
    client.session.send(client.control_channel.socket, "shutdown_request", {"restart": False})
    assert process.wait(DEADLINE) == 0
    client.stop_channels()


def functions(profile):
    """The symbols in a profile, in the order in which it names them."""
    names, found = {}, {}
    for line in profile.read_text().splitlines():
        if match := re.match(r"c?fn=\((\d+)\)(?: (.*))?$", line):
            names.setdefault(match[1], match[2])
            found[re.sub(r"'\d+$", "", names[match[1]])] = None
    return list(found)


def defined(binary):
    output = subprocess.run(["nm", "--defined-only", binary], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in output.splitlines() if line}


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        program = folder / "apus"
        # valgrind does not understand the debugging information.
        subprocess.run(["objcopy", "--strip-debug", binary, program], check=True)
        run_session(program, folder / "session.profile")
        run_kernel(program, folder / "kernel.profile", folder)
        symbols = dict.fromkeys(functions(folder / "session.profile") + functions(folder / "kernel.profile"))
    known = defined(binary)
    print("\n".join(name for name in symbols if name in known))


if __name__ == "__main__":
    main()
