"""What a repository is and holds."""

import urllib.parse

from .git import git_id


def info(handler, repository, revision):
    commit = handler.find_revision(repository, revision)
    files = sorted(repository.files(commit).items())
    with_blobs = handler.query.get("blobs", "").lower() in ("true", "1")
    siblings = []
    for path, file in files:
        sibling = {"rfilename": path}
        if with_blobs:
            sibling |= {"size": file["size"], "blobId": file["oid"]}
            if file["lfs"]:
                sibling["lfs"] = {"sha256": file["sha256"], "size": file["size"], "pointerSize": 130}
        siblings.append(sibling)
    handler.json(
        {
            "_id": git_id("id", repository.name.encode())[:24],
            "id": repository.name,
            "author": repository.name.split("/")[0],
            "sha": commit,
            "private": repository.private,
            "gated": "manual" if repository.gated else False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "createdAt": "2026-01-01T00:00:00.000Z",
            "lastModified": "2026-01-01T00:00:00.000Z",
            "siblings": siblings,
        }
    )


def tree(handler, repository, revision, folder):
    commit = handler.find_revision(repository, revision)
    if not handler.world.may_download(repository, handler.user):
        handler.error(401 if handler.user is None else 403, "GatedRepo", "Access to this repository is restricted")
    recursive = handler.query.get("recursive", "").lower() in ("true", "1")
    entries = {}
    for path, file in repository.files(commit).items():
        if folder and not path.startswith(folder + "/"):
            continue
        inside = path[len(folder) + 1 :] if folder else path
        parts = inside.split("/")
        for count in range(1, len(parts)):
            parent = "/".join(([folder] if folder else []) + parts[:count])
            entries.setdefault(parent, {"type": "directory", "oid": git_id("tree", parent.encode()), "size": 0, "path": parent})
        described = {"type": "file", "oid": file["oid"], "size": file["size"], "path": path}
        if file["lfs"]:
            described["lfs"] = {"oid": file["sha256"], "size": file["size"], "pointerSize": 130}
        if recursive or len(parts) == 1:
            entries[path] = described
    if folder and not entries:
        handler.error(404, "EntryNotFound", f"{folder} does not exist")
    listed = [entries[path] for path in sorted(entries) if recursive or "/" not in path[len(folder) + 1 if folder else 0 :]]
    start = int(handler.query.get("cursor", 0))
    end = start + handler.world.page_size
    headers = {}
    if end < len(listed):
        query = urllib.parse.urlencode({**handler.query, "cursor": end})
        headers["Link"] = f'<{handler.base}{handler.route}?{query}>; rel="next"'
    handler.json(listed[start:end], headers=headers)


def references(handler, repository):
    def describe(names, prefix):
        return [{"name": name, "ref": prefix + name, "targetCommit": commit} for name, commit in sorted(names.items())]

    answer = {"branches": describe(repository.branches, "refs/heads/"), "tags": describe(repository.tags, "refs/tags/"), "converts": []}
    if handler.query.get("include_prs"):
        answer["pullRequests"] = describe(repository.pulls, "")
    handler.json(answer)


def commits(handler, repository, revision):
    commit = handler.find_revision(repository, revision)
    handler.json(
        [
            {"id": oid, "title": made["title"], "message": "", "date": "2026-01-01T00:00:00.000Z", "authors": []}
            for oid, made in repository.history(commit)
        ]
    )
