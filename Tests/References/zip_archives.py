"""Makes Tests/ApusZipTests/Fixtures: archives as Python's zipfile writes them, one kind of deflate block each.

Run: python3 Tests/References/zip_archives.py
"""
import pathlib
import random
import zipfile
import zlib

folder = pathlib.Path(__file__).parents[1] / "ApusZipTests/Fixtures"
folder.mkdir(parents=True, exist_ok=True)


def text(count):
    return "".join(f"line {i}: {i * i % 97} {'abc' * (i % 5)}\n" for i in range(count)).encode()


def write(name, members, method=zipfile.ZIP_DEFLATED, level=9, comment=b""):
    with zipfile.ZipFile(folder / name, "w", method, compresslevel=level) as archive:
        archive.comment = comment
        for member, content in members:
            archive.writestr(zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0)), content, method, level)


noise = random.Random(5).randbytes(3000)
write("stored.zip", [("a.txt", b"hello"), ("folder/b.bin", noise), ("empty", b"")], zipfile.ZIP_STORED, comment=b"with a comment")
write("deflated.zip", [("fixed", b"hello hello hello"), ("dynamic", text(400)), ("runs", b"\0" * 100_000), ("noise", noise), ("empty", b"")])
write("bzip2.zip", [("a", b"hello")], zipfile.ZIP_BZIP2)
with zipfile.ZipFile(folder / "zip64.zip", "w") as archive:
    with archive.open(zipfile.ZipInfo("large", (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as member:
        member.write(text(20))
# A bomb that tells the truth, and one that does not.
write("bomb.zip", [("zeros", b"\0" * (64 << 20))])
data = (folder / "deflated.zip").read_bytes()
liar = bytearray(data)
at = liar.index(b"PK\x01\x02")  # the entry of "fixed", which has 17 bytes
liar[at + 24:at + 28] = (0x7FFFFFF0).to_bytes(4, "little")
(folder / "liar.zip").write_bytes(liar)
