"""How much a caller may send, counted as it comes."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class _TooBig(Exception):
    """More came than may."""


class LimitBody:
    """Stop reading a body beyond the limit: Django spools it whole before any middleware sees it."""

    def __init__(self, app: App, limit: int) -> None:
        """`limit` in bytes."""
        self._app, self._limit = app, limit

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer 413 where the body grows too big; the connection is closed, since the rest is not read."""
        read, answered = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body") or b"")
            if read > self._limit:
                raise _TooBig
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _TooBig:
            if not answered:
                headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
                await send({"type": "http.response.start", "status": 413, "headers": headers})
                await send({"type": "http.response.body", "body": b"body too big"})
