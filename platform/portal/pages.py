"""Error pages, and Django's handlers of them: each says what happened, what to do, and a number to quote."""

import sys
from collections.abc import Mapping
from html import escape
from http import HTTPStatus

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from apps.base.messages import sentence, text
from apps.base.requests import request_id_of
from kernel.errors import Forbidden, Missing, PaillasseError, Refused, Unavailable
from portal.problems import problem_response
from portal.statuses import headers_of, status_of

log = structlog.get_logger(__name__)


def refusal(request: HttpRequest, error: PaillasseError) -> HttpResponse:
    """The page of a sign-in that did not work: what happened, and the button to try again."""
    log.warning("sign_in_refused", code=error.code)
    return error_page(request, error, template="errors/login.html")


def error_page(request: HttpRequest, error: PaillasseError, *, template: str = "") -> HttpResponse:
    """The page (or, under /api/, the problem) of a kernel error."""
    if request.path.startswith("/api/"):
        return problem_response(request, error)
    return _page(
        request, status_of(error), error.code, sentence(error), headers_of(error), template, error.params
    )


def _page(
    request: HttpRequest,
    status: HTTPStatus,
    code: str,
    words: str,
    headers: dict[str, str] | None = None,
    template: str = "",
    params: Mapping[str, object] | None = None,
) -> HttpResponse:
    context = {
        "status": int(status),
        "code": code,
        "sentence": words,
        "params": params or {},
        "request_id": request_id_of(request),
        "retry_after": (headers or {}).get("Retry-After"),
    }
    names = [name for name in (template, f"errors/{int(status)}.html") if name]
    try:
        html: str = render_to_string(names, context, request)
    except Exception:
        log.exception("error_page_failed", status=int(status))
        html = _bare(words, request_id_of(request))
    return HttpResponse(html, status=status, headers=headers)


def _bare(words: str, request_id: str) -> str:
    """A page that needs nothing: no database, no template, no static file."""
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>Paillasse</title></head>'
        f"<body><h1>Paillasse</h1><p>{escape(words)}</p><p><code>{escape(request_id)}</code></p></body></html>"
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - Django's signature
    """400."""
    return error_page(request, Refused("refused"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - the same
    """403."""
    return error_page(request, Forbidden("forbidden"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - the same
    """404: the same words for missing and not yours."""
    return error_page(request, Missing("missing"))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500: a number to quote. A database that does not answer is no defect, and says so: 503."""
    if isinstance(sys.exc_info()[1], OperationalError):
        return error_page(request, Unavailable("PostgreSQL"))
    if request.path.startswith("/api/"):
        return problem_response(request, PaillasseError("error"))
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, "error", text("error"))
