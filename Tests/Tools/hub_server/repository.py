"""One repository: commits with whole listings, branches, tags and pull requests."""

import threading

from .git import commit_id, git_id, pointer


class Repository:
    def __init__(self, kind, name, private, gated=False):
        self.kind, self.name, self.private, self.gated = kind, name, private, gated
        self.lock = threading.RLock()
        self.commits = {}
        self.branches, self.tags, self.pulls = {}, {}, {}
        self.branches["main"] = self.record(None, "initial commit", {})

    def record(self, parent, title, files):
        commit = commit_id(parent, title, files, len(self.commits))
        self.commits[commit] = {"parent": parent, "title": title, "files": files}
        return commit

    def resolve(self, revision):
        """The commit that a revision names, or None."""
        for names in (self.branches, self.tags, self.pulls):
            if revision in names:
                return names[revision]
        return revision if revision in self.commits else None

    def files(self, commit):
        """{path: {"size", "oid", "sha256", "lfs"}}: `oid` is git's, `sha256` names the content."""
        return self.commits[commit]["files"]

    def apply(self, revision, title, parent, create_pull, operations):
        """Makes a commit. Returns (commit, pull request number or None), or None when the parent is not the head any more."""
        with self.lock:
            head = self.resolve(revision)
            if parent is not None and parent != head:
                return None
            files = dict(self.files(head))
            for operation in operations:
                operation(files)
            commit = self.record(head, title, files)
            if create_pull:
                number = len(self.pulls) + 1
                self.pulls[f"refs/pr/{number}"] = commit
                return commit, number
            (self.pulls if revision in self.pulls else self.branches)[revision] = commit
            return commit, None

    def history(self, commit):
        while commit:
            yield commit, self.commits[commit]
            commit = self.commits[commit]["parent"]


def entry(content, sha256, size, lfs):
    oid = git_id("blob", pointer(sha256, size) if lfs else content)
    return {"size": size, "oid": oid, "sha256": sha256, "lfs": lfs}
