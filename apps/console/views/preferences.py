"""Language and appearance: kept in a cookie, and with the person."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.accounts import services as accounts
from apps.accounts.models import Person
from apps.console.views.frame import THEME_COOKIE, THEMES

_YEAR = 365 * 24 * 3600  # seconds


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Set `language` (fr, en) or `theme` (auto, light, dark), and go back to where one was."""
    after = request.POST.get("next", "")
    response = redirect(after if url_has_allowed_host_and_scheme(after, allowed_hosts=None) else "/")
    language = _one_of(request.POST.get("language"), [code for code, _name in settings.LANGUAGES])
    theme = _one_of(request.POST.get("theme"), [code for code, _name, _icon in THEMES])
    if language:
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme:
        _remember(response, THEME_COOKIE, theme)
    if isinstance(request.user, Person):
        accounts.set_preferences(person=request.user, language=language, theme=theme)
    return response


def _one_of(value: str | None, allowed: list[str]) -> str:
    return value if value in allowed else ""


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR, secure=True, httponly=True, samesite="Lax", path="/")
