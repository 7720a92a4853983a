"""Tells open pages that their app changed: one listener on PostgreSQL a process, for all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.db import Error, connection

from apps.telemetry.live import sse
from apps.telemetry.live.watch import Watch, Watches
from apps.telemetry.selectors import Who
from apps.workloads import selectors as workloads
from apps.workloads.services.wake import CHANGED

RETRY_S = 1.0
#: pages that all look at one moment keep others waiting: beyond so few, each adds so many milliseconds to the
#: time over which they look; their state they show at once
AT_ONCE, EACH_MS, SPREAD_MAX_MS = 4, 30, 10_000
PAGES_EACH = 40  #: pages that one person may have open with live news; the others look by themselves
_KEPT = ("host", "port", "dbname", "user", "password", "options", "sslmode", "sslrootcert", "service")
log = structlog.get_logger(__name__)


class Told:
    """The listener stands while a page is open."""

    def __init__(self, watches: Watches) -> None:
        self._watches = watches
        self._by_app: dict[UUID, set[Watch]] = {}
        self._news: dict[UUID, bytes] = {}
        self._listening: asyncio.Task[None] | None = None

    def watch(self, who: Who) -> Watch:
        """Watch an app's state; from any thread. Raises Refused where too many are open."""
        return self._watches.admit(Watch(who, "pages", self._events), PAGES_EACH)

    async def _events(self, watch: Watch) -> AsyncIterator[bytes]:
        self._watches.watch_over()
        self._listen()
        pages = self._by_app.setdefault(watch.who.app_id, set())
        pages.add(watch)
        # Also at the beginning: what changed between the page and this is seen now.
        yield sse.RETRY + _news(watch.who.app_id, None, 1)
        try:
            while not watch.ended:
                told = await watch.called(sse.ALIVE_EVERY_S)
                if not watch.ended:
                    yield self._news.get(watch.who.app_id, sse.ALIVE) if told else sse.ALIVE
        finally:
            pages.discard(watch)
            self._close(watch.who.app_id)

    def _close(self, app_id: UUID) -> None:
        if not self._by_app.get(app_id):
            self._by_app.pop(app_id, None)
            self._news.pop(app_id, None)
        if not self._by_app and self._listening is not None:
            self._listening.cancel()
            self._listening = None

    def _listen(self) -> None:
        if self._listening is None or self._listening.done():
            self._listening = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            try:
                await self._hear()
            except (psycopg.Error, OSError) as error:
                log.warning("telemetry.listener_away", error=type(error).__name__)
            await asyncio.sleep(RETRY_S)

    async def _hear(self) -> None:
        """Listen until the connection breaks; whoever comes late is told that something may have changed."""
        asked: Any = {name: value for name, value in _parameters().items() if name in _KEPT}
        async with await psycopg.AsyncConnection.connect(**asked, autocommit=True) as opened:
            await opened.execute(f"LISTEN {CHANGED}")
            for app_id in list(self._by_app):
                await self._tell(app_id)
            async for notice in opened.notifies():
                with suppress(ValueError):
                    await self._tell(UUID(notice.payload))

    async def _tell(self, app_id: UUID) -> None:
        """Read the state once for all pages of the app, and send them the same bytes."""
        if pages := self._by_app.get(app_id):
            sign = await asyncio.to_thread(_read, app_id)
            self._news[app_id] = _news(app_id, sign, len(pages))
            for watch in pages:
                watch.call()


def _parameters() -> dict[str, Any]:
    """How Django reaches its database; a connection of our own, for the pool's are for answers."""
    found: dict[str, Any] = connection.get_connection_params()
    return found


def _news(app_id: UUID, sign: dict[str, object] | None, pages: int) -> bytes:
    """The event: how the app stands now, and over how many milliseconds its pages should ask for more."""
    spread = 0 if pages <= AT_ONCE else min(SPREAD_MAX_MS, pages * EACH_MS)
    return sse.event("changed", {"app": str(app_id), "sign": sign, "spread_ms": spread})


def _read(app_id: UUID) -> dict[str, object] | None:
    """The sign; None where the database is away, and the pages ask for themselves."""
    try:
        return workloads.sign(app_id)
    except Error:
        return None
    finally:
        connection.close()
