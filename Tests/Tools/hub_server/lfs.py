"""Git LFS batch: where large files are to be put, and whether they arrived."""


def batch(handler, kind, name):
    handler.require_writer(kind, name, is_pull=True)
    world, body = handler.world, handler.json_body()
    objects = []
    for wanted in body["objects"]:
        oid, size = wanted["oid"], wanted["size"]
        described = {"oid": oid, "size": size}
        if oid not in world.blobs:
            verify = {"href": f"{handler.base}/verify/{kind}s/{name}", "header": {}}
            if size > world.multipart_from and "multipart" in body["transfers"]:
                count = -(-size // world.part_size)
                header = {str(part): f"{handler.cdn}/upload/{oid}/{part}?X-Signature=put" for part in range(1, count + 1)}
                header["chunk_size"] = str(world.part_size)
                upload = {"href": f"{handler.cdn}/complete/{oid}?X-Signature=done", "header": header}
            else:
                upload = {"href": f"{handler.cdn}/upload/{oid}?X-Signature=put", "header": {}}
            described["actions"] = {"upload": upload, "verify": verify}
        objects.append(described)
    handler.json({"transfer": "multipart", "objects": objects}, headers={"Content-Type": "application/vnd.git-lfs+json"})


def verify(handler):
    body = handler.json_body()
    blobs = handler.world.blobs
    if body["oid"] not in blobs or blobs.size(body["oid"]) != body["size"]:
        handler.error(404, None, "Object not found")
    handler.json({})
