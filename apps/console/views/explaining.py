"""What an app's address shows while no app answers there (design 8.10). It needs no session."""

import base64
import hashlib
from functools import cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.workloads import selectors as workloads
from apps.workloads.models import App
from orchestration.states import ObservedState

HEADER = "X-Paillasse-Explains"
_AGAIN_S = 3  # seconds
_MOVING = {ObservedState.PENDING, ObservedState.PLACING, ObservedState.STARTING, ObservedState.RUNNING}
_STILL = {ObservedState.STOPPED, ObservedState.STOPPING}
_WANTED = {"stopped", "asleep", "archived"}
_STATUS = {"unknown": 404}


@cache
def _style() -> tuple[str, str]:
    """The page's style and its digest: the page must stand alone on somebody else's host."""
    path = finders.find("css/explaining.css")
    if not isinstance(path, str):
        raise ImproperlyConfigured("css/explaining.css is not among the static files")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - finders give a text
        text = file.read()
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def explain(request: HttpRequest, host: str) -> HttpResponse:
    """Say why nothing answers at `host`: asleep, stopped, deleted, starting, failed, or no app of ours."""
    app = workloads.of_host(host)
    if app is None and (address := workloads.leads_on(host)):
        return _on(request, address)
    how = _how(app)
    style, digest = _style()
    context = {
        "how": how,
        "app": app,
        "host": host,
        "style": style,
        "again": _AGAIN_S if how == "starting" else 0,
        "lab": settings.LAB_NAME,
        "page": f"{settings.PORTAL_URL.rstrip('/')}/apps/{app.id}/" if app else settings.PORTAL_URL,
    }
    response = render(request, "console/explaining.html", context, status=_STATUS.get(how, 503))
    response[HEADER] = "1"
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = f"default-src 'none'; style-src 'sha256-{digest}'"
    if how == "starting":
        response["Retry-After"] = str(_AGAIN_S)
    return response


def _on(request: HttpRequest, address: str) -> HttpResponse:
    """An address that an app had: to the same page at its new one, with whatever was sent."""
    response = HttpResponse(status=308, headers={"Location": address + request.get_full_path()})
    response[HEADER] = "1"
    response["Cache-Control"] = "no-store"  # one day the name is somebody else's
    return response


def _how(app: App | None) -> str:
    if app is None:
        return "unknown"
    state = app.observation.state
    if app.desired in _WANTED:
        return app.desired
    if state in _STILL:
        return "stopped"
    return "starting" if state in _MOVING and app.desired != "requested" else "failed"
