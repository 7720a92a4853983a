"""The web process: `uvicorn portal.asgi:application`."""

import os
from typing import Any

from asgiref.sync import SyncToAsync, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

from portal.limits import App, LimitBody


class Handler(ASGIHandler):
    """Django's, with the whole chain of middleware and the view in one thread.

    All of ours is synchronous. Django would carry each request from the loop to its thread and back once for
    each middleware, which took two thirds of web's time (ADR 0031). What streams still does so from the loop.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Load the chain as WSGI does."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the request's thread."""
        response: HttpResponseBase = await sync_to_async(self.get_response)(request)
        return response

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        """Send; what streams from the loop while somebody watches holds neither thread nor connection."""
        if getattr(response, "is_async", False):
            await sync_to_async(connections.close_all)()
            _let_go_of_thread()
        await super().send_response(response, send)


def _let_go_of_thread() -> None:
    """End the thread of this request; what is called in one later (the answer's close) gets a new one."""
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor is not None:
        executor.shutdown(wait=False)


def _application() -> App:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.conf import settings

    django.setup(set_prefix=False)

    from portal.checks import require_sound

    require_sound()
    django_app: Any = Handler()
    return LimitBody(django_app, settings.BODY_MAX_BYTES)


application = _application()
