"""The store of large files on another port: signed URLs, no tokens. Like S3 it refuses a request that has both."""

import hashlib
import re

from .http import Handler
from .resolve import CDN_ETAG


class CDN(Handler):
    def handle_request(self):
        if self.headers.get("Authorization"):
            return self.answer(400, b"<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>")
        if match := re.fullmatch(r"/upload/([0-9a-f]{64})(?:/(\d+))?", self.route):
            return self.put(match[1], match[2])
        if match := re.fullmatch(r"/complete/([0-9a-f]{64})", self.route):
            return self.complete(match[1])
        digest = self.route.strip("/")
        if "X-Signature" not in self.query or digest not in self.world.blobs:
            return self.answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        self.content(digest, {"ETag": f'"{CDN_ETAG}"'})

    def put(self, oid, part):
        if part is None:
            if hashlib.sha256(self.body).hexdigest() != oid:
                return self.answer(400, b"<Error><Code>BadDigest</Code></Error>")
            self.world.blobs.add(self.body)
            return self.answer(200)
        parts = self.world.uploads.setdefault(oid, {})
        parts[int(part)] = self.body
        self.answer(200, b"", {"ETag": f'"{hashlib.md5(self.body).hexdigest()}"'})

    def complete(self, oid):
        body, parts = self.json_body(), self.world.uploads.pop(oid, {})
        named = [(part["partNumber"], part["etag"].strip('"')) for part in body["parts"]]
        if named != [(number, hashlib.md5(content).hexdigest()) for number, content in sorted(parts.items())]:
            return self.json({"error": "the parts are not those that were uploaded"}, 400)
        content = b"".join(content for _, content in sorted(parts.items()))
        if hashlib.sha256(content).hexdigest() != oid:
            return self.json({"error": "the content has another SHA-256"}, 400)
        self.world.blobs.add(content)
        self.json({"success": True})
