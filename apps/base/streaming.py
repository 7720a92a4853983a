"""Files that leave piece by piece.

Under ASGI a file that Django is given is read into memory whole, and stays there for as long as a slow reader
takes.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

PIECE = 256 * 1024  #: bytes


def streamed(request: HttpRequest, files: Iterable[IO[Any]], **more: Any) -> StreamingHttpResponse:
    """Answer with these files, one after the other; `more` is what an answer takes besides."""
    found = pieces(files)
    return StreamingHttpResponse(pulled(found) if isinstance(request, ASGIRequest) else found, **more)


def pieces(files: Iterable[IO[Any]]) -> Iterator[bytes]:
    """At most PIECE bytes at a time; each file is closed once it was read."""
    for file in files:
        with file:
            while piece := file.read(PIECE):
                yield piece


async def pulled(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """What blocks, piece by piece from a thread that is held for a piece at a time."""
    following = sync_to_async(lambda: next(pieces, None), thread_sensitive=False)
    while (piece := await following()) is not None:
        yield piece
