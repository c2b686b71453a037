"""Names that git gives to contents and commits."""

import hashlib
import json


def git_id(kind, body):
    return hashlib.sha1(f"{kind} {len(body)}\0".encode() + body).hexdigest()


def pointer(sha256, size):
    """What git keeps in the place of a large file."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def commit_id(parent, title, files, number):
    """Forty digits that depend on everything in the commit."""
    listing = sorted((path, entry["oid"]) for path, entry in files.items())
    return git_id("commit", json.dumps([parent, title, listing, number]).encode())
