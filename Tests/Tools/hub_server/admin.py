"""How a test prepares a hub: POST to `/admin/...` with JSON.

    faults      a list of rules (faults.py)                       -> {}
    left        -> how many rules' uses are left
    log         -> the requests since the last call
    settings    {"page_size", "multipart_from", "part_size", "xet", "renamed": {old name: new name}}
    user        {"token", "name", "role", "display"}              -> {}
    repository  {"kind", "name", "private", "gated": [names]}     -> {}
    file        {"kind", "name", "path", "file"}: a file of this machine as a large file of a new commit -> {"commit", "sha256"}
    commits     {"kind", "name", "revision"} -> the titles of its commits, the newest first; none without it
    listing     {"kind", "name", "entries": {path: oid}}: a commit that lists what no client would upload -> {}
"""

import hashlib

from .repository import entry


def handle(handler):
    world, body = handler.world, handler.json_body()
    action = handler.route.removeprefix("/admin/")
    handler.json(globals()[f"do_{action}"](world, body))


def do_faults(world, body):
    world.faults.set(body)
    return {}


def do_left(world, body):
    return world.faults.left()


def do_log(world, body):
    log, world.log = world.log, []
    return log


def do_settings(world, body):
    for key, value in body.items():
        setattr(world, key, value)
    return {}


def do_user(world, body):
    world.users[body["token"]] = {"name": body["name"], "role": body["role"], "token": body.get("display", "test")}
    return {}


def do_repository(world, body):
    repository, _ = world.create(body["kind"], body["name"], body.get("private", False))
    repository.gated = body.get("gated", False)
    return {}


def do_file(world, body):
    repository, _ = world.create(body["kind"], body["name"], False)
    digest = hashlib.sha256()
    size = 0
    with open(body["file"], "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    sha256 = digest.hexdigest()
    world.blobs.add_file(body["file"], sha256)
    made = entry(None, sha256, size, lfs=True)
    commit, _ = repository.apply("main", "Add a large file", None, False, [lambda files: files.update({body["path"]: made})])
    return {"commit": commit, "sha256": sha256}


def do_commits(world, body):
    repository = world.repository(body["kind"], body["name"])
    if repository is None:
        return []
    return [made["title"] for _, made in repository.history(repository.resolve(body.get("revision", "main")))]


def do_listing(world, body):
    repository, _ = world.create(body["kind"], body["name"], False)
    content = b"hostile"
    made = entry(content, world.blobs.add(content), len(content), lfs=False)
    repository.apply("main", "A listing", None, False, [lambda files: files.update({path: made for path in body["entries"]})])
    return {}
