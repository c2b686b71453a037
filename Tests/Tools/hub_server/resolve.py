"""`/{repo}/resolve/{revision}/{path}` in its three shapes, and what they lead to.

(a) a public regular file: 307 to a path of this hub that names the commit; (b) a large file: 302 to the CDN with a signed URL;
(c) private and gated repositories, those without a namespace, and empty files: 200 and the content.
"""

import urllib.parse

CDN_ETAG = "0123456789abcdef" * 4


def handle(handler, kind, name, rest):
    repository = handler.find_repository(kind, name)
    revision, _, path = rest.partition("/")
    commit = handler.find_revision(repository, revision)
    if not handler.world.may_download(repository, handler.user):
        handler.error(401 if handler.user is None else 403, "GatedRepo", "Access to this repository is restricted", {"X-Repo-Commit": commit})
    path = urllib.parse.unquote(path)
    file = repository.files(commit).get(path)
    if file is None:
        handler.error(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit})
    etag = f'"{file["sha256"] if file["lfs"] else file["oid"]}"'
    headers = {"X-Repo-Commit": commit, "X-Linked-Etag": etag, "X-Linked-Size": str(file["size"])}
    if file["lfs"] and handler.world.xet:
        headers["X-Xet-Hash"] = file["sha256"][::-1]
        headers["Link"] = f'<{handler.base}/api/{kind}s/{name}/xet-read-token/{commit}>; rel="xet-auth", <{handler.base}>; rel="other"'
    if repository.private or repository.gated or "/" not in name or file["size"] == 0:
        handler.content(file["sha256"], {"ETag": etag, "X-Repo-Commit": commit})
    elif file["lfs"]:
        location = f"{handler.cdn}/{file['sha256']}?X-Signature=cdn-secret&response=a%20b"
        handler.answer(302, b"Found. Redirecting", {"Location": location, "ETag": '"not-the-file"', **headers})
    else:
        quoted = urllib.parse.quote(path)
        location = f"{handler.prefix}/api/resolve-cache/{kind}s/{name}/{commit}/{quoted}?etag={urllib.parse.quote(etag)}"
        handler.answer(307, b"Temporary Redirect. Redirecting", {"Location": location, **headers})


def handle_cached(handler, kind, name, commit, path):
    repository = handler.find_repository(kind, name)
    file = repository.files(commit)[urllib.parse.unquote(path)]
    etag = f'"{file["oid"]}"'
    handler.content(file["sha256"], {"ETag": etag, "X-Repo-Commit": commit})
