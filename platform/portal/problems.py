"""Errors of the API as RFC 9457 problems, by drf-standardized-errors with a formatter of our own."""

from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, JsonResponse
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.handler import exception_handler as handle
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.base.messages import SENTENCES, sentence, text
from apps.base.requests import request_id_of
from apps.workloads import selectors as workloads
from apps.workloads.helping.pages import help_url
from kernel.errors import (
    CeilingReached,
    LimitBelowUse,
    PaillasseError,
    QuotaExceeded,
    Refused,
    RefusedMany,
    Unavailable,
)
from kernel.units import DIMENSIONS
from orchestration.explain import REASONS
from portal.statuses import headers_of, status_of

CONTENT_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)

exception_handler = handle


class Known(APIException):
    """A kernel error on its way to HTTP."""

    def __init__(self, error: PaillasseError) -> None:
        super().__init__(sentence(error), error.code)
        self.status_code = status_of(error)
        self.headers = headers_of(error)


class Handler(ExceptionHandler):
    """Kernel errors by the one table; whatever else went wrong by DRF's rules."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """Turn a kernel error, and a database that does not answer, into one that DRF knows."""
        if isinstance(exc, OperationalError):
            exc = Unavailable("PostgreSQL")
        return Known(exc) if isinstance(exc, PaillasseError) else super().convert_known_exceptions(exc)

    def get_response(self, exc: APIException, data: dict[str, Any]) -> Response:
        """The problem, with its media type."""
        headers = {**self.get_headers(exc), **getattr(exc, "headers", {})}
        return Response(data, status=exc.status_code, headers=headers, content_type=CONTENT_TYPE)

    def report_exception(self, exc: APIException, response: Response) -> None:
        """A part that does not answer is no defect of ours: it is logged, not reported as an exception."""
        if isinstance(exc, Known):
            log.warning("problem", code=self.exc.args[0], status=int(exc.status_code))
        else:
            super().report_exception(exc, response)


class Formatter(ExceptionFormatter):
    """The body of a problem."""

    def run(self) -> dict[str, Any]:
        """All that RFC 9457 names, and: code, request_id, errors[pointer, code, detail], shortfalls, more."""
        code, detail = self._what()
        request = self.context.get("request")
        body = problem(
            int(self.exc.status_code),
            code,
            detail,
            instance=request.path if request else "",
            request_id=request_id_of(request) if request else "",
        )
        body["errors"] = self._errors()
        if isinstance(self.original_exc, QuotaExceeded):
            body["shortfalls"] = [
                {**vars(each), "unit": DIMENSIONS.get(each.dimension, "")}
                for each in self.original_exc.shortfalls
            ]
            view: Any = self.context.get("view")
            justified = getattr(view, "action", None) in getattr(view, "justified", ())
            if justified and not isinstance(self.original_exc, CeilingReached):
                body["more"] = {"pointer": "#/reason", "detail": text("quota.more")}
        if isinstance(self.original_exc, LimitBelowUse):
            body["excesses"] = _excesses(self.original_exc)
        known = self.original_exc
        if isinstance(known, Refused) and known.code == "name.archived" and request is not None:
            body |= _holder(request, str(known.params["name"]))
        return body

    def _what(self) -> tuple[str, str]:
        if isinstance(self.exc, ValidationError):
            return "invalid", text("refused_many")
        if isinstance(self.exc.detail, ErrorDetail):
            code = str(self.exc.detail.code or "error")
            server = int(self.exc.status_code) == HTTPStatus.INTERNAL_SERVER_ERROR
            return code, text("error") if server else str(self.exc.detail)
        return "error", text("error")

    def _errors(self) -> list[dict[str, str]]:
        if isinstance(self.original_exc, PaillasseError):
            return [_field_error(each) for each in _refusals(self.original_exc) if each.field]
        if not isinstance(self.exc, ValidationError):
            return []
        return [
            {"pointer": pointer(each.attr or ""), "code": each.code, "detail": each.detail}
            for each in self.get_errors()
        ]


def _excesses(error: LimitBelowUse) -> list[dict[str, Any]]:
    """What would have to go: the apps that hold it, the most first."""
    names = workloads.labels([holder for each in error.excesses for holder, _amount in each.holders])
    return [
        {
            "dimension": each.dimension,
            "unit": DIMENSIONS.get(each.dimension, ""),
            "in_use": each.in_use,
            "limit": each.limit,
            "over": each.over,
            "holders": [
                {"app": str(holder), "display": names.get(holder, ""), "amount": amount}
                for holder, amount in each.holders
            ],
        }
        for each in error.excesses
    ]


def _holder(request: Request, name: str) -> dict[str, Any]:
    """The deleted app that holds a name, where the caller and the token may see it."""
    app = workloads.held_by(request.user, name)
    allowed = getattr(request.auth, "projects", None)
    if app is None or (allowed and app.project_id not in allowed):
        return {}
    where = reverse("api:apps-detail", args=[app.id], request=request)
    return {"held_by": {"app": str(app.id), "display": app.label, "url": where}}


def _refusals(error: PaillasseError) -> tuple[PaillasseError, ...]:
    return error.refusals if isinstance(error, RefusedMany) else (error,)


def _field_error(error: PaillasseError) -> dict[str, str]:
    return {"pointer": pointer(error.field or ""), "code": error.code, "detail": sentence(error)}


def pointer(field: str) -> str:
    """A JSON pointer (RFC 6901) as a fragment: `parameters.title` -> `#/parameters/title`."""
    parts = (part.replace("~", "~0").replace("/", "~1") for part in field.split(".") if part)
    return "#" + "".join(f"/{part}" for part in parts)


def problem(
    status: int, code: str, detail: str, *, instance: str = "", request_id: str = ""
) -> dict[str, Any]:
    """The members that every problem has. `type` leads to the code's own page, else to the list of all."""
    return {
        "type": help_url(code)
        if code in REASONS
        else f"{settings.PORTAL_URL.rstrip('/')}/api/problems/#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "request_id": request_id,
        "errors": [],
    }


def problem_response(request: HttpRequest, error: PaillasseError) -> JsonResponse:
    """A problem outside of DRF: a middleware's or Django's own refusal under /api/."""
    status = status_of(error)
    body = problem(
        int(status), error.code, sentence(error), instance=request.path, request_id=request_id_of(request)
    )
    return JsonResponse(body, status=status, headers=headers_of(error), content_type=CONTENT_TYPE)


def known_problems(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    """Every code with its sentence in the caller's language."""
    codes = [
        {"code": code, "detail": str(words), "status": int(_status(code))}
        for code, words in SENTENCES.items()
    ]
    return JsonResponse({"problems": codes})


def _status(code: str) -> HTTPStatus:
    kinds: dict[str, type[PaillasseError]] = {kind.code: kind for kind in _kinds(PaillasseError)}
    kind = kinds.get(code)
    if kind is None or kind.__init__ is not PaillasseError.__init__:
        return status_of(Refused(code))
    return status_of(kind(code))


def _kinds(kind: type[PaillasseError]) -> list[type[PaillasseError]]:
    return [kind, *(deeper for each in kind.__subclasses__() for deeper in _kinds(each))]
