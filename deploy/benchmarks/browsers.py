"""Browsers that keep a page's stream open: server-sent events over HTTP, hundreds of them on one loop."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from stack.layout import StackError

OK = b"200"
LINE = b'"text":"'
DIGITS = 19  #: of a moment in nanoseconds, with which each measured line begins
ROOM = 16 * 2**20


@dataclass(frozen=True)
class Page:
    """Where a browser stands, and who looks: its session's cookie."""

    base: str
    path: str
    cookie: str

    async def ask(self, path: str, **headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send one GET on a connection of its own; the reader stands behind the head. Raises StackError."""
        at = urlsplit(self.base)
        reader, writer = await asyncio.open_connection(at.hostname, at.port, limit=ROOM)
        lines = {"Host": at.netloc, "Cookie": self.cookie, "X-Forwarded-Proto": "https", **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if answer.split(b" ", 2)[1] != OK:
            raise StackError(f"{path}: {answer.decode(errors='replace')[:400]}")
        return reader, writer

    async def chunks(self) -> AsyncIterator[bytes]:
        """Follow the stream: each chunk as the portal sent it."""
        reader, writer = await self.ask(self.path, Accept="text/event-stream")
        try:
            while size := int(await reader.readline(), 16):
                yield (await reader.readexactly(size + 2))[:-2]
        finally:
            writer.close()


def lateness(data: bytes) -> list[float]:
    """Milliseconds since the first and the last line of a chunk were written; empty where it has none."""
    if LINE not in data:
        return []
    now = time.time_ns()
    found = (data.index(LINE) + len(LINE), data.rindex(LINE) + len(LINE))
    return [(now - int(data[at : at + DIGITS])) / 1e6 for at in found]


@dataclass
class Log:
    """What all who watch a log saw."""

    late_ms: list[float] = field(default_factory=list)
    lines: int = 0
    left_out: int = 0

    async def read(self, page: Page, warm: Callable[[], bool]) -> None:
        """Watch; what comes before it is `warm` is not counted."""
        async for data in page.chunks():
            if not warm():
                continue
            self.lines += data.count(LINE)
            self.late_ms += lateness(data)
            if b"event: left-out" in data:
                self.left_out += sum(_told(data, "left-out", "lines"))


@dataclass
class Signs:
    """When each page showed another state than `known`."""

    known: str
    at: dict[int, float] = field(default_factory=dict)

    async def read(self, number: int, page: Page) -> None:
        """Watch."""
        async for data in page.chunks():
            for sign in _told(data, "changed", "sign"):
                if sign and sign["state"] != self.known:
                    self.at.setdefault(number, time.perf_counter())


def _told(data: bytes, event: str, name: str) -> list[Any]:
    """A field of each event of that name in a chunk."""
    parts = data.split(f"event: {event}\ndata: ".encode())[1:]
    return [json.loads(part.split(b"\n", 1)[0])[name] for part in parts]
