"""Preupload and commit: which files are large, and the change itself."""

import base64
import json
import urllib.parse

from .git import git_id, pointer
from .repository import entry

REGULAR_LIMIT = 10 << 20


def preupload(handler, kind, name, revision):
    repository = handler.require_writer(kind, name, is_pull=handler.query.get("create_pr") == "1")
    commit = handler.find_revision(repository, revision)
    files = []
    for file in handler.json_body()["files"]:
        sample = base64.b64decode(file["sample"])
        known = repository.files(commit).get(file["path"])
        mode = "lfs" if b"\0" in sample or file["size"] > REGULAR_LIMIT or not is_text(sample) else "regular"
        described = {"path": file["path"], "uploadMode": mode, "shouldIgnore": False}
        if known:
            described["oid"] = known["sha256"] if known["lfs"] else known["oid"]
        files.append(described)
    handler.json({"files": files})


def is_text(sample):
    for cut in range(4):
        try:
            sample[: len(sample) - cut].decode()
            return True
        except UnicodeDecodeError:
            continue
    return False


def commit(handler, kind, name, revision):
    create_pull = handler.query.get("create_pr") == "1"
    repository = handler.require_writer(kind, name, is_pull=create_pull)
    handler.find_revision(repository, revision)
    revision = urllib.parse.unquote(revision)
    lines = [json.loads(line) for line in handler.body.splitlines() if line]
    header = next(line["value"] for line in lines if line["key"] == "header")
    operations = [operation(handler, line) for line in lines if line["key"] != "header"]
    made = repository.apply(revision, header["summary"], header.get("parentCommit"), create_pull, operations)
    if made is None:
        handler.error(412, None, "A commit has happened since. Please refresh and try again.")
    oid, number = made
    prefix = "" if kind == "model" else f"{kind}s/"
    answer = {"success": True, "commitOid": oid, "commitUrl": f"{handler.base}/{prefix}{name}/commit/{oid}", "hookOutput": ""}
    if number:
        answer["pullRequestUrl"] = f"{handler.base}/{prefix}{name}/discussions/{number}"
    handler.json(answer)


def operation(handler, line):
    value = line["value"]
    path = value["path"]
    blobs = handler.world.blobs
    if line["key"] == "file":
        content = base64.b64decode(value["content"], validate=True)
        made = entry(content, blobs.add(content), len(content), lfs=False)
        return lambda files: files.update({path: made})
    if line["key"] == "lfsFile":
        if value["oid"] not in blobs or blobs.size(value["oid"]) != value["size"]:
            handler.error(422, None, f"The LFS object of {path} was not uploaded")
        made = {
            "size": value["size"],
            "oid": git_id("blob", pointer(value["oid"], value["size"])),
            "sha256": value["oid"],
            "lfs": True,
        }
        return lambda files: files.update({path: made})
    if line["key"] == "deletedFile":
        return lambda files: files.pop(path)
    if line["key"] == "deletedFolder":
        folder = path.rstrip("/") + "/"

        def remove(files):
            for inside in [name for name in files if name.startswith(folder)]:
                del files[inside]

        return remove
    handler.error(400, None, f"unknown operation {line['key']}")
