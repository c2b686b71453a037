"""One hub: its users, repositories, contents, faults and what was asked of it."""

import threading

from .blobs import Blobs
from .faults import Faults
from .repository import Repository

USERS = {
    "hf_ann_write": {"name": "ann", "role": "write", "token": "laptop"},
    "hf_ann_read": {"name": "ann", "role": "read", "token": "reader"},
    "hf_bob_write": {"name": "bob", "role": "write", "token": "desk"},
}


class World:
    def __init__(self, name):
        self.name = name
        self.lock = threading.RLock()
        self.users = dict(USERS)
        self.repositories = {}
        self.blobs = Blobs()
        self.faults = Faults()
        self.log = []
        self.uploads = {}
        self.renamed = {}
        # Sizes small enough to meet the edges in tests.
        self.page_size = 1000
        self.multipart_from = 4 << 20
        self.part_size = 1 << 20
        self.xet = False

    def user(self, token):
        """The user of a token, None without one, False for one that nobody has."""
        return self.users.get(token, False) if token else None

    def repository(self, kind, name):
        return self.repositories.get((kind, name))

    def create(self, kind, name, private):
        """The repository, and whether it is new."""
        with self.lock:
            known = self.repositories.get((kind, name))
            if known:
                return known, False
            made = self.repositories[(kind, name)] = Repository(kind, name, private)
            return made, True

    def may_read(self, repository, user):
        if repository.private:
            return bool(user) and user["name"] == repository.name.split("/")[0]
        return True

    def may_download(self, repository, user):
        return not repository.gated or bool(user) and user["name"] in repository.gated

    def may_write(self, name, user):
        return bool(user) and user["role"] == "write" and name.split("/")[0] == user["name"]


class Worlds:
    def __init__(self):
        self.lock = threading.Lock()
        self.worlds = {}
        self.cdn = None

    def __getitem__(self, name):
        with self.lock:
            if name not in self.worlds:
                self.worlds[name] = World(name)
            return self.worlds[name]
