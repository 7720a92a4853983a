"""To Keycloak, back from it, and out."""

import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from apps.accounts import services
from kernel.errors import PaillasseError, Refused
from portal.first_sign_in import welcome
from portal.login.backend import callback_url
from portal.pages import refusal

LANGUAGE_S = 365 * 24 * 3600  # seconds
STATE_S = 900  # seconds in which one must come back from Keycloak


class AskView(OIDCAuthenticationRequestView):  # type: ignore[misc]  # it ships no types
    """Send somebody to Keycloak's login page, with state, nonce and PKCE challenge."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect, remembering a page of ours to come back to."""
        response: HttpResponseBase = super().get(request)
        request.session["oidc_login_next"] = safe_next(request.GET.get("next", ""))
        return response

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """Our public address, whatever Host the request came with; the language of Keycloak's page."""
        return {"redirect_uri": callback_url(), "ui_locales": getattr(request, "LANGUAGE_CODE", "fr")}


class CallbackView(OIDCAuthenticationCallbackView):  # type: ignore[misc]  # it ships no types
    """The way back from Keycloak: each refusal is a page that says what to do, never a 500."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Sign in; a `state` that this browser did not start, or too long ago, changes nothing at all."""
        states = request.session.get("oidc_states", {})
        started = states.get(request.GET.get("state", ""), {}).get("added_on", 0)
        if time.time() - started > STATE_S:
            return refusal(request, Refused("login.state"))
        try:
            response: HttpResponseBase = super().get(request)
        except PaillasseError as error:
            return refusal(request, error)
        return response

    def login_failure(self) -> HttpResponse:
        """Keycloak itself said no, or nothing usable."""
        return refusal(self.request, Refused("login.denied"))

    def login_success(self) -> HttpResponseBase:
        """Open a session with a new key, which ends within the day whatever happens in it."""
        request = self.request
        after = safe_next(request.session.pop("oidc_login_next", "") or "")
        welcome(self.user, request)
        if request.user.is_authenticated:
            # Somebody signs in anew: nothing of the session before, and not its key, goes on.
            services.close_session(session_key=request.session.session_key)
            request.session.flush()
        auth.login(request, self.user)
        request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))
        request.session.save()
        services.open_session(
            person=self.user,
            session_key=request.session.session_key,
            sid=request.oidc_sid,
            id_token=request.oidc_id_token,
        )
        response = HttpResponseRedirect(after or resolve_url(settings.LOGIN_REDIRECT_URL))
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            _speak(response, self.user.language)
        return response


def _speak(response: HttpResponse, language: str) -> None:
    """Go on in the person's language, where this browser has not been told another."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_S,
        secure=True,
        httponly=True,
        samesite="Lax",
    )


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and, with the ID token as hint, at Keycloak (RP-Initiated Logout 1.0)."""
    hint = services.close_session(session_key=request.session.session_key or "")
    auth.logout(request)
    fields = {
        "client_id": settings.OIDC_RP_CLIENT_ID,
        "post_logout_redirect_uri": settings.PORTAL_URL.rstrip("/") + "/",
        **({"id_token_hint": hint} if hint else {}),
    }
    return HttpResponseRedirect(f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(fields)}")


def safe_next(where: Any) -> str:
    """A path of ours, else nothing: no other host, no scheme, no way back into signing in."""
    if not isinstance(where, str) or not where.startswith("/") or where.startswith(("/oidc/", "/sign-in")):
        return ""
    return where if url_has_allowed_host_and_scheme(where, allowed_hosts=None) else ""


ask = never_cache(require_GET(AskView.as_view()))
callback = never_cache(require_GET(CallbackView.as_view()))
