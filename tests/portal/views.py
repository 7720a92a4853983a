"""Views that fail in each way, for the tests of what a caller then sees; and the addresses they are at."""

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import (
    Conflict,
    Forbidden,
    Misconfigured,
    Missing,
    OutsideConflict,
    OutsideRefused,
    QuotaExceeded,
    Refused,
    RefusedMany,
    Shortfall,
    Unavailable,
)

ERRORS: dict[str, Exception] = {
    "refused": Refused("upload.empty", field="parameters.file"),
    "many": RefusedMany([Refused("upload.empty", field="a.b"), Refused("upload.name", field="c/d")]),
    "forbidden": Forbidden("forbidden"),
    "missing": Missing("missing"),
    "http404": Http404("secret detail"),
    "conflict": Conflict("conflict"),
    "other-body": Conflict("idempotency.other_body"),
    "running": Conflict("idempotency.running"),
    "quota": QuotaExceeded([Shortfall("memory_mib", 3000, 500, 1000, 4096), Shortfall("apps", 5, 0, 1, 5)]),
    "unavailable": Unavailable("nomad", "connection refused by 10.0.0.3"),
    "misconfigured": Misconfigured("vault", "403"),
    "outside-conflict": OutsideConflict("nomad"),
    "outside-refused": OutsideRefused("nomad"),
    "database": OperationalError("server closed the connection"),
    "bug": KeyError("password=hunter2"),
    "invalid": serializers.ValidationError({"name": ["too short"], "resources": {"cpu_mhz": ["no number"]}}),
}


class _Body(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=3)


@api_view(["GET", "POST"])
@permission_classes([AllowAny])
def fail(request: Request, kind: str) -> Response:
    """Raise what the address says."""
    if kind == "ok":
        _Body(data=request.data).is_valid(raise_exception=True)
        return Response({"name": "abc"})
    raise ERRORS[kind]


def fail_page(request: HttpRequest, kind: str) -> HttpResponse:
    """The same for a page."""
    if kind == "ok":
        return HttpResponse(f"{len(request.POST)} {getattr(request, 'request_id', '')}")
    raise ERRORS[kind]


def explain(request: HttpRequest, host: str) -> HttpResponse:
    """Stands where the console's page stands."""
    return HttpResponse(host, status=503)


urlpatterns = [path("api/v1/fail/<kind>/", fail), path("fail/<kind>/", fail_page)]
handler400 = "portal.pages.bad_request"
handler403 = "portal.pages.permission_denied"
handler404 = "portal.pages.page_not_found"
handler500 = "portal.pages.server_error"
