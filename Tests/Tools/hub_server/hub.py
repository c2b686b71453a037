"""The routes of the hub itself."""

import re
import urllib.parse

from . import admin, commits, lfs, listings, resolve
from .http import Handler

REPOSITORY = r"([\w.-]+/[\w.-]+|[\w.-]+)"


class Hub(Handler):
    @property
    def cdn(self):
        return f"{self.worlds.cdn}{self.prefix}"

    def handle_request(self):
        if self.route.startswith("/admin/"):
            return admin.handle(self)
        self.user = self.world.user(self.token)
        if self.user is False:
            self.error(401, None, "Invalid credentials in Authorization header")
        for old, new in self.world.renamed.items():
            # After `/models/`, `/datasets/`, `/spaces/`, or at the beginning.
            moved = re.sub(rf"(?:(?<=s/)|(?<=^/)){re.escape(old)}(?=[/.]|$)", new, self.route, count=1)
            if moved != self.route:
                query = urllib.parse.urlencode(self.query)
                return self.answer(307, b"", {"Location": self.prefix + moved + ("?" + query if query else "")})
        for pattern, action in ROUTES:
            match = re.fullmatch(pattern, self.route)
            if match:
                return action(self, *match.groups())
        self.error(404, None, "Sorry, we can't find the page you are looking for.")

    # Access

    def find_repository(self, kind, name):
        """What may not be seen does not exist; who did not sign in might be allowed to see it."""
        repository = self.world.repository(kind, name)
        if repository is None or not self.world.may_read(repository, self.user):
            if self.user is None:
                self.error(401, "RepoNotFound", "Invalid username or password.")
            self.error(404, "RepoNotFound", "Repository not found")
        return repository

    def find_revision(self, repository, revision):
        revision = urllib.parse.unquote(revision)
        commit = repository.resolve(revision)
        if commit is None:
            self.error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return commit

    def require_writer(self, kind, name, is_pull=False):
        """A pull request may come from anybody who is signed in."""
        repository = self.find_repository(kind, name)
        if self.user is None:
            self.error(401, None, "Invalid username or password.")
        if not self.world.may_write(name, self.user) and not is_pull:
            self.error(403, None, "You don't have the rights to write to this repository")
        return repository


def whoami(handler):
    user = handler.user
    if user is None:
        handler.error(401, None, "Invalid username or password.")
    handler.json(
        {
            "type": "user",
            "id": "0" * 24,
            "name": user["name"],
            "fullname": user["name"].capitalize(),
            "email": f"{user['name']}@example.org",
            "emailVerified": True,
            "isPro": False,
            "orgs": [],
            "auth": {"type": "access_token", "accessToken": {"displayName": user["token"], "role": user["role"]}},
        }
    )


def create(handler):
    body = handler.json_body()
    user = handler.user
    if user is None:
        handler.error(401, None, "Invalid username or password.")
    namespace = body.get("organization") or user["name"]
    name = f"{namespace}/{body['name']}"
    kind = body.get("type") or "model"
    if not handler.world.may_write(name, user):
        handler.error(403, None, f"You don't have the rights to create a {kind} under the namespace \"{namespace}\"")
    if kind == "space" and not body.get("sdk"):
        handler.error(400, None, "A space needs an sdk: gradio, docker or static")
    private = body.get("visibility") == "private" or bool(body.get("private"))
    _, is_new = handler.world.create(kind, name, private)
    url = f"{handler.base}/{'' if kind == 'model' else kind + 's/'}{name}"
    if not is_new:
        return handler.json({"error": f"You already created this {kind} repo", "url": url}, 409)
    handler.json({"url": url, "name": name, "id": "0" * 24})


def list_repositories(handler, kind):
    author = handler.query.get("author")
    names = [
        name
        for (other, name), repository in sorted(handler.world.repositories.items())
        if other == kind and handler.world.may_read(repository, handler.user) and (not author or name.split("/")[0] == author)
    ]
    handler.json([{"id": name, "private": False, "tags": [], "downloads": 0, "likes": 0} for name in names])


def create_branch(handler, kind, name, branch):
    repository = handler.require_writer(kind, name)
    branch = urllib.parse.unquote(branch)
    start = handler.json_body().get("startingPoint") or "main"
    commit = handler.find_revision(repository, start)
    if branch in repository.branches:
        handler.error(409, None, f"Reference already exists: {branch}")
    repository.branches[branch] = commit
    handler.json({})


def create_tag(handler, kind, name, revision):
    repository = handler.require_writer(kind, name)
    tag = handler.json_body()["tag"]
    commit = handler.find_revision(repository, revision)
    if tag in repository.tags:
        handler.error(409, None, f"Tag reference exists already: {tag}")
    repository.tags[tag] = commit
    handler.json({})


def on_repository(action):
    return lambda handler, kind, name, *rest: action(handler, handler.find_repository(kind, name), *rest)


def resolve_in(kind):
    return lambda handler, name, rest: resolve.handle(handler, kind, name, rest)


def batch_in(kind):
    return lambda handler, name: lfs.batch(handler, kind, name)


API = rf"/api/(model|dataset|space)s/{REPOSITORY}"

ROUTES = [
    (r"/api/whoami-v2", whoami),
    (r"/api/repos/create", create),
    (r"/api/validate-yaml", lambda handler: handler.json({"errors": [], "warnings": []})),
    (r"/api/resolve-cache/(model|dataset|space)s/" + REPOSITORY + r"/([0-9a-f]{40})/(.+)", resolve.handle_cached),
    (r"/api/(model|dataset|space)s", list_repositories),
    (API + r"/preupload/([^/]+)", commits.preupload),
    (API + r"/commit/([^/]+)", commits.commit),
    (API + r"/branch/([^/]+)", create_branch),
    (API + r"/tag/([^/]+)", create_tag),
    (API + r"/refs", on_repository(listings.references)),
    (API + r"/commits/([^/]+)", on_repository(listings.commits)),
    (API + r"/revision/([^/]+)", on_repository(listings.info)),
    (API + r"/tree/([^/]+)", on_repository(lambda handler, repository, revision: listings.tree(handler, repository, revision, ""))),
    (
        API + r"/tree/([^/]+)/(.+)",
        on_repository(lambda handler, repository, revision, path: listings.tree(handler, repository, revision, urllib.parse.unquote(path))),
    ),
    (API, on_repository(lambda handler, repository: listings.info(handler, repository, "main"))),
    (r"/verify/(?:models|datasets|spaces)/.+", lfs.verify),
    (rf"/datasets/{REPOSITORY}\.git/info/lfs/objects/batch", batch_in("dataset")),
    (rf"/spaces/{REPOSITORY}\.git/info/lfs/objects/batch", batch_in("space")),
    (rf"/{REPOSITORY}\.git/info/lfs/objects/batch", batch_in("model")),
    (rf"/datasets/{REPOSITORY}/resolve/(.+)", resolve_in("dataset")),
    (rf"/spaces/{REPOSITORY}/resolve/(.+)", resolve_in("space")),
    (rf"/{REPOSITORY}/resolve/(.+)", resolve_in("model")),
]
