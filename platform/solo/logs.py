"""A task's output: read from any place, followed, and kept within the size that its job allows."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import anyio

_CHUNK = 64 * 1024
_LOOK_S = 0.1


def files(logs: Path, task: str, kind: str) -> list[Path]:
    """A task's output files, oldest first: rotated ones, then the one being written."""
    name = f"{task}.{kind}."
    numbered = [(int(p.name[len(name) :]), p) for p in logs.glob(f"{name}*") if p.name[len(name) :].isdigit()]
    rotated = sorted((number, path) for number, path in numbered if number)
    return [path for _, path in rotated] + [path for number, path in numbered if not number]


def rotate(logs: Path, task: str, kind: str, max_bytes: int, max_files: int) -> None:
    """Set aside what has grown too big. The task keeps its file open, so it is emptied, not renamed."""
    current = logs / f"{task}.{kind}.0"
    if not current.exists() or current.stat().st_size < max_bytes:
        return
    older = [path for path in files(logs, task, kind) if path != current]
    last = int(older[-1].name.rpartition(".")[2]) if older else 0
    shutil.copyfile(current, logs / f"{task}.{kind}.{last + 1}")
    with current.open("r+b") as file:
        file.truncate(0)
    for path in older[: max(0, len(older) + 2 - max_files)]:
        path.unlink(missing_ok=True)


def _begin(paths: list[Path], offset: int, origin: str) -> tuple[int, int]:
    """Which file to begin with, and at which byte of it."""
    sizes = [path.stat().st_size for path in paths]
    skip = max(0, sum(sizes) - offset) if origin == "end" else offset
    for number, size in enumerate(sizes):
        if skip <= size:
            return number, skip
        skip -= size
    return len(paths) - 1, sizes[-1]


async def read(
    logs: Path, task: str, kind: str, offset: int, origin: str, *, follow: bool
) -> AsyncIterator[tuple[str, int, bytes]]:
    """Pieces of output with their file's name and the offset after them; an empty one: nothing new now."""
    current = logs / f"{task}.{kind}.0"
    while not (paths := files(logs, task, kind)):
        if not follow:
            return
        yield current.name, 0, b""
        await anyio.sleep(_LOOK_S)
    number, at = _begin(paths, offset, origin)
    for path in paths[number:-1]:
        async for piece in _rest(path, at):
            yield piece
        at = 0
    at = at if number == len(paths) - 1 else 0
    while True:
        if current.stat().st_size < at:
            at = 0  # it was set aside and begun anew
        async for piece in _rest(current, at):
            at = piece[1]
            yield piece
        if not follow:
            return
        yield current.name, at, b""
        await anyio.sleep(_LOOK_S)
        if not current.exists():
            return


async def _rest(path: Path, at: int) -> AsyncIterator[tuple[str, int, bytes]]:
    with path.open("rb") as file:
        file.seek(at)
        while data := file.read(_CHUNK):
            at += len(data)
            yield path.name, at, data
