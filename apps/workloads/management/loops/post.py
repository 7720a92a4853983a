"""Mails leave from here, within a second or two of what they tell of.

In the watcher, not in a worker: a mail server that hangs holds up this thread alone, and no mail waits for
Redis.
"""

import threading

import structlog

from apps.notices import services as notices
from kernel.errors import Unavailable

EVERY_S = 1.0
AWAY_S = 15.0
log = structlog.get_logger(__name__)


class Post:
    """Sends what is due; what a server refuses waits in its row."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def turn(self) -> None:
        """Send all that is due, then wait a moment: a longer one while the mail server is away."""
        try:
            sent = notices.send_due()
        except Unavailable as error:
            log.warning("watcher.mail_away", detail=error.detail[:200])
            self._stop.wait(AWAY_S)
            return
        if not sent:
            self._stop.wait(EVERY_S)
