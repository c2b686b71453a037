"""Contents by their SHA-256: in memory, or files of this machine for large ones."""

import hashlib
import os
import threading


class Blobs:
    def __init__(self):
        self.lock = threading.Lock()
        self.contents = {}

    def add(self, content):
        digest = hashlib.sha256(content).hexdigest()
        with self.lock:
            self.contents[digest] = content
        return digest

    def add_file(self, path, digest):
        with self.lock:
            self.contents[digest] = os.fspath(path)

    def __contains__(self, digest):
        return digest in self.contents

    def size(self, digest):
        content = self.contents[digest]
        return os.path.getsize(content) if isinstance(content, str) else len(content)

    def read(self, digest):
        content = self.contents[digest]
        if isinstance(content, str):
            with open(content, "rb") as file:
                return file.read()
        return content

    def file(self, digest):
        """The path of a content that is a file, else None."""
        content = self.contents[digest]
        return content if isinstance(content, str) else None
