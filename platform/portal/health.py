"""`/livez`: the process answers. `/readyz`: it can work."""

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

log = structlog.get_logger(__name__)


@never_cache
def livez(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Constant."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    """200 as long as PostgreSQL answers: without Redis the portal is degraded, not down."""
    database, redis = _database(), _redis()
    status = "ok" if database and redis else "degraded" if database else "down"
    parts = {"postgresql": _word(works=database), "redis": _word(works=redis)}
    return JsonResponse({"status": status, "parts": parts}, status=200 if database else 503)


def _word(*, works: bool) -> str:
    return "ok" if works else "no answer"


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.warning("postgresql_unavailable")
        return False
    return True


def _redis() -> bool:
    try:
        cache.get("readyz")
    except Exception as error:  # noqa: BLE001 - each cache backend has errors of its own
        log.warning("redis_unavailable", error=type(error).__name__)
        return False
    return True
