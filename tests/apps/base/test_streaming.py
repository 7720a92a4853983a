"""A file leaves in small pieces, from a thread or from the loop, and is closed once it has left."""

import io
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from apps.base.streaming import PIECE, streamed

WHOLE = b"0123456789abcdef" * (PIECE // 8)


class Files:
    """Three files, of which one is open at a time."""

    def __init__(self) -> None:
        self.opened: list[io.BytesIO] = []

    def __iter__(self) -> Iterator[io.BytesIO]:
        for content in (WHOLE, b"", b"end"):
            assert all(each.closed for each in self.opened)
            self.opened.append(io.BytesIO(content))
            yield self.opened[-1]


async def _gathered(answer: StreamingHttpResponse) -> list[bytes]:
    return [piece async for piece in answer]


@pytest.mark.parametrize("on_a_loop", [True, False])
def test_in_small_pieces_one_file_after_the_other(on_a_loop: bool) -> None:
    files, factory = Files(), AsyncRequestFactory() if on_a_loop else RequestFactory()
    answer = streamed(factory.get("/"), files, content_type="text/plain")
    pieces = async_to_sync(_gathered)(answer) if on_a_loop else list(answer)
    assert b"".join(pieces) == WHOLE + b"end"
    assert [len(piece) for piece in pieces] == [PIECE, PIECE, 3]
    assert [each.closed for each in files.opened] == [True] * 3
    assert answer.headers["Content-Type"] == "text/plain"
