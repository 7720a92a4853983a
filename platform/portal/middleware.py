"""What happens to every request before it finds its view."""

import re
import sys
import uuid
from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string
from django_structlog.middlewares import RequestMiddleware

from kernel.errors import Missing, PaillasseError, Refused
from portal.pages import error_page

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
API = "/api/"
EXPLAINS = "X-Paillasse-Explains"  # tells the prober that the portal answered, not the app
_FILE_KEY = re.compile(r"^/files/(?:snapshots/)?[^/]+")


class RequestId(MiddlewareMixin):
    """Give each request an id, or take the caller's where it is a plain word; answer with it."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Bind the id for the logs, the audit, tasks and problems; refuse what no address holds."""
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]  # read by base.requests
        request.META["HTTP_X_REQUEST_ID"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id, ip=request.META.get("REMOTE_ADDR"))
        # PostgreSQL holds no NUL: refused here once instead of failing in each view.
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_page(request, Refused("refused"))
        return None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Answer with the id."""
        response.headers["X-Request-ID"] = getattr(request, "request_id", "")
        return response


class Api(MiddlewareMixin):
    """What every address of the API has in common."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Refuse a change sent to an address without its slash: a redirect would turn it into a read."""
        missed = request.path.startswith(API) and not request.path.endswith("/")
        changes = request.method not in {"GET", "HEAD", "OPTIONS"}
        return error_page(request, Missing("api.slash")) if missed and changes else None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say which version answered."""
        if request.path.startswith(API):
            response.headers["API-Version"] = "1"
        return response


class RequestLog(RequestMiddleware):
    """django-structlog's, without what an address may carry in secret: a query's code, a file's key."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path."""
        return f"{request.method} {_FILE_KEY.sub('/files/•', request.path)}"

    def process_got_request_exception(self, sender: type[Any], request: HttpRequest, **kwargs: Any) -> None:
        """Log it with who asked; without a database that is not asked for again, which would wait as long."""
        if not isinstance(sys.exc_info()[1], OperationalError):
            super().process_got_request_exception(sender, request, **kwargs)


class AppsHosts(MiddlewareMixin):
    """Under the apps' names the portal shows one page alone: why no app answers here (design 8.10).

    No session, no form and no other page of the portal exists there: a member's app shares that domain.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Answer for a host under APPS_DOMAIN."""
        host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
        domain = settings.APPS_DOMAIN.lower()
        if host == settings.PORTAL_HOST or not (host == domain or host.endswith(f".{domain}")):
            return None
        response: HttpResponseBase = import_string(settings.EXPLAIN_VIEW)(request, host)
        response.headers[EXPLAINS] = "1"
        response.headers["Cache-Control"] = "no-store"
        return response


class BodySize(MiddlewareMixin):
    """Refuse a body that is too big before it is read: files up to their limit, all else up to one MiB."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Look at what the caller says; portal.limits counts what really comes."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return error_page(request, Refused("refused"))
        files = request.META.get("CONTENT_TYPE", "").startswith("multipart/form-data")
        limit = settings.BODY_MAX_BYTES if files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return error_page(request, Refused("upload.too_big", limit=limit)) if length > limit else None


class Errors(MiddlewareMixin):
    """A page's kernel error becomes its error page."""

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        """Refuse NUL in a page's form, as RequestId does in an address; the API has its parser."""
        if request.method != "POST" or request.path.startswith(API):
            return None
        held = any("\0" in text for name, texts in request.POST.lists() for text in (name, *texts))
        return error_page(request, Refused("refused")) if held else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        """Answer for the errors that the one table knows; leave all others to Django."""
        return error_page(request, exception) if isinstance(exception, PaillasseError) else None
