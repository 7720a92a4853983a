"""What works on a volume, on the node: measures it, sends an archive of it, or puts an archive back.

It is sent whole as an argument of Python, which is all that it needs: no file of it stands on a node.

    measure FOLDER | snapshot FOLDER URL | restore FOLDER URL SHA256 PARTS

Its last line on the standard output is JSON with what it found. It ends with 0, else with 1 and a word of why
on the standard error: `no_room`, `not_the_same`, `refused`, `unreachable`, `failed`.
"""

import contextlib
import errno
import gzip
import hashlib
import io
import json
import os
import shutil
import ssl
import stat
import sys
import tarfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import IO, Any

PART = 8 * 1024 * 1024  # bytes
TRIES = 5
REFUSALS = (400, 403, 404, 409, 413)  # HTTP codes that no repetition mends
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
ASIDE = (".paillasse-restoring", ".paillasse-before")


class Trouble(Exception):
    """It ends here: a word, and what else is known."""


def call(url: str, body: bytes | None = None, kind: str = "application/octet-stream") -> bytes:
    """Answer of the portal; what may pass is tried again. Raises Trouble."""
    authorities = os.environ.get("KEEPER_CA") or None
    why = ""
    context = ssl.create_default_context(cadata=authorities) if url.startswith("https:") else None
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(url, data=body, headers={"Content-Type": kind})  # noqa: S310 - the portal's own
        try:
            with urllib.request.urlopen(request, timeout=60, context=context) as answer:  # noqa: S310
                found: bytes = answer.read()
        except urllib.error.HTTPError as error:
            why = f"HTTP {error.code}"
            if error.code in REFUSALS:
                raise Trouble("refused", why) from error
        except OSError as error:
            why = str(error)
        else:
            return found
        if attempt < TRIES:
            threading.Event().wait(2**attempt)
    raise Trouble("unreachable", why)


class Sender(io.RawIOBase):
    """Sends what is written in parts, each tried again until it is there."""

    def __init__(self, url: str) -> None:
        self.url, self.held, self.parts, self.size = url, bytearray(), 0, 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Hold it until a part is full."""
        self.held += data
        while len(self.held) >= PART:
            self.send(PART)
        return len(data)

    def send(self, size: int) -> None:
        """Send one part as a file of a form, which the portal takes up to its limit for files."""
        part = bytes(self.held[:size])
        del self.held[:size]
        self.digest.update(part)
        self.size, self.parts = self.size + len(part), self.parts + 1
        mark = "part-" + hashlib.sha256(part).hexdigest()
        head = f'--{mark}\r\nContent-Disposition: form-data; name="part"; filename="part"\r\n\r\n'
        form = head.encode() + part + f"\r\n--{mark}--\r\n".encode()
        call(f"{self.url}/{self.parts}", form, f"multipart/form-data; boundary={mark}")

    def finish(self) -> None:
        """Send the rest."""
        if self.held or not self.parts:
            self.send(len(self.held))


class Receiver(io.RawIOBase):
    """Reads the parts one after the other."""

    def __init__(self, url: str, parts: int) -> None:
        self.url, self.parts, self.taken, self.held = url, parts, 0, b""
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill the target, or less of it."""
        if not self.held and self.taken < self.parts:
            self.taken += 1
            self.held = call(f"{self.url}/{self.taken}")
            self.digest.update(self.held)
        piece = self.held[: len(target)]
        self.held = self.held[len(piece) :]
        target[: len(piece)] = piece
        return len(piece)


class Exactly(io.RawIOBase):
    """A file as long as it was when it was looked at, whatever its program does meanwhile."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.left = file, size

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill the target, or less of it."""
        piece = self.file.read(min(len(target), self.left))
        if not piece and self.left:
            piece = bytes(min(len(target), self.left))
        self.left -= len(piece)
        target[: len(piece)] = piece
        return len(piece)


def walk(folder: str, skip: tuple[str, ...], below: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Every entry, the folders before what is in them: path below the folder, and what it is."""
    with contextlib.suppress(FileNotFoundError), os.scandir(os.path.join(folder, below)) as found:
        for entry in sorted(found, key=lambda each: each.name):
            path = os.path.join(below, entry.name)
            if path in skip:
                continue
            with contextlib.suppress(FileNotFoundError):
                yield path, entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    yield from walk(folder, skip, path)


def measure(folder: str, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """What it takes on the disk, a file of several names once, and how many files there are.

    What an unfinished restore left behind takes room like everything else.
    """
    used, files = 0, 0
    seen: set[tuple[int, int]] = set()
    for _path, found in walk(folder, skip):
        files += not stat.S_ISDIR(found.st_mode)
        if (found.st_dev, found.st_ino) not in seen:
            seen.add((found.st_dev, found.st_ino))
            used += found.st_blocks * 512
    return {"used_bytes": used, "files": files}


def snapshot(folder: str, url: str) -> dict[str, Any]:
    """Send an archive of all files, folders and links; returns what was measured on the way."""
    sender = Sender(url)
    packed = gzip.GzipFile(fileobj=sender, mode="wb", compresslevel=3, mtime=0)
    content = 0
    with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for path, found in walk(folder, ASIDE):
            kind = stat.S_IFMT(found.st_mode)
            if kind in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
                with contextlib.suppress(FileNotFoundError):
                    content += add(archive, folder, path)
    packed.close()
    sender.finish()
    sent = {"sha256": sender.digest.hexdigest(), "size_bytes": sender.size, "parts": sender.parts}
    told = {**sent, **measure(folder, ASIDE), "content_bytes": content}
    call(f"{url}/done", json.dumps(told).encode(), "application/json")
    return told


def add(archive: tarfile.TarFile, folder: str, path: str) -> int:
    """Put one entry into the archive; returns its size."""
    where = os.path.join(folder, path)
    entry = archive.gettarinfo(where, arcname=path)
    if entry.isreg():
        with open(where, "rb") as file:
            archive.addfile(entry, io.BufferedReader(Exactly(file, entry.size), 1024 * 1024))
        return entry.size
    archive.addfile(entry)
    return 0


def restore(folder: str, url: str, sha256: str, parts: str) -> dict[str, Any]:
    """Unpack beside what is there, compare the digest, and only then put it in its place."""
    new, old = (os.path.join(folder, name) for name in ASIDE)
    for path in (new, old):
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
    receiver = Receiver(url, int(parts))
    stream = io.BufferedReader(receiver, 1024 * 1024)
    unpack(stream, new)
    while stream.read(1024 * 1024):
        pass
    if receiver.digest.hexdigest() != sha256:
        raise Trouble("not_the_same", receiver.digest.hexdigest())
    for name in os.listdir(folder):
        if name not in ASIDE:
            os.rename(os.path.join(folder, name), os.path.join(old, name))
    for name in os.listdir(new):
        os.rename(os.path.join(new, name), os.path.join(folder, name))
    for path in (new, old):
        shutil.rmtree(path)
    return measure(folder)


def unpack(stream: IO[bytes], target: str) -> None:
    """Every entry below the target, with its owner where we may give it; folders get their modes last."""
    links: set[str] = set()
    folders = []
    with (
        gzip.GzipFile(fileobj=stream, mode="rb") as packed,
        tarfile.open(fileobj=packed, mode="r|") as archive,
    ):
        archive.extraction_filter = lambda member, _path: member
        for entry in archive:
            parts = entry.name.split("/")
            above = {"/".join(parts[:end]) for end in range(1, len(parts))}
            if entry.name.startswith("/") or ".." in parts or above & links:
                raise Trouble("failed", "the archive leaves its folder")
            if entry.issym():
                links.add(entry.name)
            folders += [entry] if entry.isdir() else []
            archive.extract(entry, target, set_attrs=not entry.isdir(), numeric_owner=True)
        for entry in reversed(folders):
            where = f"{target}/{entry.name}"
            archive.chown(entry, where, numeric_owner=True)
            archive.utime(entry, where)
            archive.chmod(entry, where)


def clean(folder: str) -> None:
    """Take away what an unfinished restore unpacked beside what is there."""
    shutil.rmtree(os.path.join(folder, ASIDE[0]), ignore_errors=True)


def main(work: str, folder: str, *more: str) -> int:
    """Do it, and say how it went."""
    does: dict[str, Any] = {"measure": measure, "snapshot": snapshot, "restore": restore}
    try:
        sys.stdout.write(json.dumps(does[work](folder, *more)) + "\n")
    except Trouble as trouble:
        told: tuple[object, ...] = trouble.args
    except OSError as error:
        told = ("no_room" if error.errno in NO_ROOM else "failed", str(error))
    except (tarfile.TarError, EOFError, ValueError) as error:
        told = ("failed", str(error))
    else:
        return 0
    if work == "restore":
        clean(folder)
    sys.stderr.write(" ".join(map(str, told)) + "\n")
    return 1


if __name__ == "__main__":
    # The folder is named by what the driver says of the task's own directory.
    os.umask(0)
    sys.exit(
        main(sys.argv[1], os.path.join(os.environ.get("NOMAD_TASK_DIR", ""), sys.argv[2]), *sys.argv[3:])
    )
