"""How much a caller may send, counted as it comes."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class _TooBig(Exception):
    """More came than may."""


class LimitBody:
    """Stop reading a body beyond the limit: Django spools it whole before any middleware sees it."""

    def __init__(self, app: App, limit: int) -> None:
        """`limit` in bytes, of files; all else has the smaller one of settings.DATA_UPLOAD_MAX_MEMORY_SIZE.

        A body that does not say its length would otherwise be read into memory whole.
        """
        self._app, self._limit = app, limit

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer 413 where the body grows too big; the connection is closed, since the rest is not read."""
        read, answered, limit = 0, False, self._limit_of(scope)

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body") or b"")
            if read > limit:
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

    def _limit_of(self, scope: Message) -> int:
        """As portal.middleware.BodySize says."""
        kinds = [value for name, value in scope.get("headers", ()) if name == b"content-type"]
        files = bool(kinds) and kinds[0].startswith(b"multipart/form-data")
        return self._limit if files else min(self._limit, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
