"""Snapshots for the nodes: the key in the address is the right to one upload, or to one restore's reading.

The upload counterpart of what releases' files are (design 8.8). No session, no cookie; whoever has no key
gets one constant answer.
"""

import json
import re
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from apps.base.streaming import streamed
from apps.volumes import selectors, services
from apps.volumes.services import parts
from kernel.errors import Conflict, Missing, QuotaExceeded

_Answer = TypeVar("_Answer", bound=HttpResponseBase)
_KEY = re.compile(r"[0-9a-f]{64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FIGURES = ("size_bytes", "parts", "content_bytes", "files")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def part_view(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    """Take a part of a snapshot, or give one to a restore."""
    if not _KEY.fullmatch(key):
        return _nothing()
    return _take(request, key, number) if request.method == "POST" else _give(request, key, number)


def _take(request: HttpRequest, key: str, number: int) -> HttpResponse:
    content = request.FILES.get("part")
    if content is None or content.size is None:
        return _said(400, "a part is a file named part")
    try:
        snapshot = services.begin_part(key=key, number=number, size=content.size)
        parts.keep(snapshot.id, number, content)
        services.note_part(key=key, number=number, size=content.size)
    except Missing:
        return _nothing()
    except Conflict as error:
        if not isinstance(error, QuotaExceeded):
            return _said(409, "not this part now")
        services.no_room(key=key, error=error)
        return _said(413, "the quota is full")
    return _said(200, "kept")


def _give(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    try:
        snapshot = selectors.restored_by(key)
        content = parts.part(snapshot.id, number)
    except Missing:
        return _nothing()
    answer = streamed(request, [content], content_type="application/octet-stream")
    answer["Content-Length"] = str(content.size)
    return _headers(answer)


@csrf_exempt
@require_POST
def done_view(request: HttpRequest, key: str) -> HttpResponse:
    """All parts have come: what they are together."""
    told = _told(request.body) if request.content_type == "application/json" else None
    if told is None or not _KEY.fullmatch(key):
        return _said(400, "not a snapshot") if told is None else _nothing()
    try:
        services.finish(key=key, told=told)
    except Missing:
        return _nothing()
    except Conflict:
        return _said(409, "the sizes differ")
    return _said(200, "ready")


def _told(body: bytes) -> dict[str, Any] | None:
    """What a keeper says of the whole; none where it is not in its form."""
    try:
        told = json.loads(body)
        figures = {name: told[name] for name in _FIGURES}
        digest = str(told["sha256"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    whole = all(type(value) is int and 0 <= value < 2**60 for value in figures.values())
    return {**figures, "sha256": digest} if whole and _SHA256.fullmatch(digest) else None


def _nothing() -> HttpResponse:
    return _headers(HttpResponseNotFound("Not found\n", content_type="text/plain"))


def _said(status: int, text: str) -> HttpResponse:
    return _headers(HttpResponse(f"{text}\n", status=status, content_type="text/plain"))


def _headers(response: _Answer) -> _Answer:
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
