"""Answers with keep-alive, ranges and the faults of the world."""

import json
import re
import socket
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler

PIECE = 1 << 20


class Answered(Exception):
    """An answer was given from somewhere deep."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    worlds = None
    scheme = "http"

    def log_message(self, *arguments):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, socket.timeout):
            self.close_connection = True

    def begin(self):
        """Reads the request; what the world's rules say about it is in `fault`."""
        split = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        match = re.match(r"/w/([^/]+)(/.*)", split.path)
        name, self.route = match.groups() if match else ("", split.path)
        self.prefix = f"/w/{name}" if name else ""
        self.world = self.worlds[name]
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.body = self.read_chunks()
        header = self.headers.get("Authorization") or ""
        self.token = header[len("Bearer ") :] if header.startswith("Bearer ") else None
        if self.route.startswith("/admin/"):
            self.fault = {}
            return
        self.fault = self.world.faults.take(self.command, self.route)
        self.world.log.append(
            {
                "server": type(self).__name__,
                "method": self.command,
                "path": self.route,
                "query": split.query,
                "range": self.headers.get("Range"),
                "authorized": bool(header),
                "bytes": len(self.body),
                "agent": self.headers.get("User-Agent"),
            }
        )
        kind = self.fault.get("kind")
        if kind == "slow":
            time.sleep(self.fault["seconds"])
        elif kind == "together" and not self.world.faults.gather(self.fault):
            self.error(500, message="the other requests did not come")
        elif kind == "drop":
            self.hang_up()
        elif kind == "status":
            body = self.fault.get("body", "").encode()
            self.answer(self.fault["status"], body, self.fault.get("headers", {}))
            raise Answered

    def read_chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        raise Answered

    def json_body(self):
        return json.loads(self.body or b"{}")

    @property
    def base(self):
        """This hub's URL, as the client wrote it."""
        return f"{self.scheme}://{self.headers['Host']}{self.prefix}"

    # Answers

    def json(self, value, status=200, headers={}):
        self.answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})

    def error(self, status, code=None, message="", headers={}):
        extra = {"X-Error-Message": message}
        if code:
            extra["X-Error-Code"] = code
        self.json({"error": message}, status, {**extra, **headers})
        raise Answered

    def answer(self, status, body=b"", headers={}, size=None):
        """`size`: of the content where a HEAD has no body to measure."""
        if self.fault.get("kind") == "lose_reply":
            self.hang_up()
        headers = {"Content-Length": str(len(body) if size is None else size), "X-Connection": str(self.client_address[1]), **headers}
        if self.fault.get("kind") == "header":
            headers = {key: value for key, value in {**headers, **self.fault["headers"]}.items() if value is not None}
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(len(body), lambda start, count: body[start : start + count])

    def content(self, digest, headers):
        """A content with its range, as the fault of this request leaves it."""
        blobs = self.world.blobs
        size = blobs.size(digest)
        start, status = 0, 200
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if match and self.fault.get("kind") != "no_range":
            start = int(match[1])
            if start >= size:
                return self.answer(416, b"", {"Content-Range": f"bytes */{size}"})
            if self.fault.get("kind") == "wrong_range":
                start = max(0, start - 1)
            status = 206
            headers = {**headers, "Content-Range": f"bytes {start}-{size - 1}/{size}"}
        headers = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream", **headers, "Content-Length": str(size - start)}
        path = blobs.file(digest)
        if path and self.command != "HEAD" and not self.fault:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            with open(path, "rb") as file:
                self.connection.sendfile(file, start)
            return
        content = b"" if self.command == "HEAD" else blobs.read(digest)[start:]
        self.answer(status, content, headers, size=size - start)

    def send_body(self, size, read):
        kind, after = self.fault.get("kind"), self.fault.get("after", 0)
        position = 0
        while position < size:
            piece = read(position, PIECE)
            end = position + len(piece)
            if kind in ("truncate", "stall") and end > after:
                self.wfile.write(piece[: after - position])
                if kind == "stall":
                    self.wait_for_client(self.fault["seconds"])
                self.hang_up()
            if kind == "flip" and position <= after < end:
                piece = bytearray(piece)
                piece[after - position] ^= 1
            self.wfile.write(piece)
            position = end

    def wait_for_client(self, seconds):
        """Waits until the client gives up, but not for longer than that."""
        self.connection.settimeout(seconds)
        try:
            self.connection.recv(1)
        except OSError:
            pass

    # Every method comes here.

    def serve(self):
        try:
            self.begin()
            self.handle_request()
        except Answered:
            pass

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve


