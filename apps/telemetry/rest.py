"""How a stream is answered, to a page and to a program."""

from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from apps.accounts.models import Person
from apps.telemetry.live import Watch, Who, sse
from apps.workloads.models import App
from kernel.errors import Unavailable

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second: nginx hands each event on
EVENTS = "text/event-stream"


class Watched(HttpResponseBase):
    """The answer that a watch is.

    Not Django's StreamingHttpResponse: what wraps that one's content (the request log does) would sit
    between a browser that left and the watch that has to learn of it.
    """

    streaming, is_async = True, True

    def __init__(self, watch: Watch, **more: Any) -> None:
        super().__init__(**more)
        self.streaming_content: Any = watch
        self._resource_closers.append(watch.close)  # type: ignore[attr-defined]  # as Django's own does

    def __aiter__(self) -> AsyncIterator[bytes]:
        """What the ASGI handler sends."""
        events: AsyncIterator[bytes] = aiter(self.streaming_content)
        return events


class EventStream(Watched):
    """One that tells events."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(watch, content_type=EVENTS, headers=HEADERS)


def away(error: Unavailable) -> HttpResponse:
    """Say to a page that the part does not answer, and end: its browser asks again by itself."""
    state = {"state": "away", "part": error.part, "since": timezone.now().isoformat()}
    return HttpResponse(sse.RETRY + sse.event("state", state), content_type=EVENTS, headers=HEADERS)


class Events(BaseRenderer):
    """Says that this address answers with events; it renders none, errors are problems in JSON."""

    media_type, format, charset = EVENTS, "events", None

    def render(self, data: Any, *_args: Any, **_kwargs: Any) -> bytes:
        """Only what is no stream comes here: a problem, which the error handler has named by its type."""
        from rest_framework.renderers import JSONRenderer

        rendered: bytes = JSONRenderer().render(data)
        return rendered


def who(request: HttpRequest | Request, person: Person, app: App) -> Who:
    """Who watches, by the session or the token of this request."""
    token = getattr(request, "auth", None)
    session = getattr(request, "session", None)
    key = "" if token is not None or session is None else str(session.session_key or "")
    return Who(person.id, app.id, session=key, token_id=str(token.id) if token is not None else "")
