"""The shell's own pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that the form is too old, and how to go on."""
    return render(request, "errors/csrf.html", status=403)
