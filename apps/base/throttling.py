"""How often a token (or a signed-in person) may call: counted per minute, together for all web processes."""

import time
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_S = 60
log = structlog.get_logger(__name__)


class PerToken(BaseThrottle):
    """Counts `read`, `write`, or what the viewset's `rates` says of an action, against settings.API_RATES."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this call is within the rate; without a cache that answers, every call is."""
        action = getattr(view, "action", None)
        rates: Mapping[Any, str] = getattr(view, "rates", {})
        rate = rates.get(action) or ("read" if request.method in SAFE_METHODS else "write")
        who = getattr(request.auth, "id", None) or request.user.pk
        window = int(time.time()) // WINDOW_S
        return _count(f"rate:{rate}:{who}:{window}") <= settings.API_RATES[rate]

    def wait(self) -> float:
        """Seconds to the next minute."""
        return WINDOW_S - time.time() % WINDOW_S + 1


def _count(key: str) -> int:
    try:
        try:
            return int(cache.incr(key))
        except ValueError:  # the first of this minute
            cache.add(key, 0, WINDOW_S * 2)
            return int(cache.incr(key))
    except Exception as error:  # noqa: BLE001 - each cache backend has errors of its own
        log.warning("rate_not_counted", error=type(error).__name__)
        return 0
