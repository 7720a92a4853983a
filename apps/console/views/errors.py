"""The one error page that is the shell's own; portal.pages shows the others."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.base.requests import request_id_of


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that the form is too old, and how to go on."""
    return render(request, "errors/csrf.html", {"request_id": request_id_of(request)}, status=403)
