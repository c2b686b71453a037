"""Other content in a hub in a folder: a commit with the ids that git gives it, made without the code under test."""

import hashlib
import json
import pathlib


def git_id(kind, body):
    return hashlib.sha1(f"{kind} {len(body)}\0".encode() + body).hexdigest()


def tree_id(files):
    """files: {tuple of path components: blob id}."""
    entries, folders = [], {}
    for path, blob in files.items():
        if len(path) == 1:
            entries.append((path[0].encode(), b"100644 " + path[0].encode(), blob))
        else:
            folders.setdefault(path[0], {})[path[1:]] = blob
    for name, inside in folders.items():
        entries.append((name.encode() + b"/", b"40000 " + name.encode(), tree_id(inside)))
    return git_id("tree", b"".join(header + b"\0" + bytes.fromhex(blob) for _, header, blob in sorted(entries)))


class Repository:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.head = self.folder / "refs" / "heads" / "main"

    def commit(self):
        return json.loads((self.folder / "commits" / f"{self.head.read_text().strip()}.json").read_text())

    def content(self, path):
        digest = next(f["sha256"] for f in self.commit()["files"] if f["path"] == path)
        return (self.folder / "blobs" / digest[:2] / digest).read_bytes()

    def change(self, path, content):
        """Commits other content of a file, or its removal where `content` is None."""
        commit = dict(self.commit(), parent=self.head.read_text().strip(), message="Change a file")
        commit["files"] = [f for f in commit["files"] if f["path"] != path]
        if content is not None:
            digest = hashlib.sha256(content).hexdigest()
            blob = self.folder / "blobs" / digest[:2] / digest
            blob.parent.mkdir(parents=True, exist_ok=True)
            blob.write_bytes(content)
            commit["files"].append(dict(path=path, size=len(content), blob_id=git_id("blob", content), sha256=digest, lfs=False))
            commit["files"].sort(key=lambda f: f["path"])
        tree = tree_id({tuple(f["path"].split("/")): f["blob_id"] for f in commit["files"]})
        who = f"{commit['author']} <{commit['author']}@apus.invalid> {commit['time']} +0000"
        text = f"tree {tree}\nparent {commit['parent']}\nauthor {who}\ncommitter {who}\n\n{commit['message']}\n"
        name = git_id("commit", text.encode())
        (self.folder / "commits" / f"{name}.json").write_text(json.dumps(commit))
        self.head.write_text(name)
