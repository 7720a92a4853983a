"""Keycloak tells that a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.accounts import services
from kernel.errors import Refused, Unavailable
from portal.login import tokens

_KEEP_AT_MOST = timedelta(days=1)  # a token that claims to live longer is refused


@csrf_exempt  # the token is signed by Keycloak; no cookie is looked at
@never_cache
@require_POST
def backchannel_logout(request: HttpRequest) -> JsonResponse:
    """End the sessions that the token names: 200, or 400 with an OAuth error and nothing done."""
    try:
        claims = tokens.logout_token(request.POST.get("logout_token", ""))
        until = datetime.fromtimestamp(int(claims["exp"]) + tokens.LEEWAY_S, tz=UTC)
        _require_short(until)
        ended = services.end_sessions(
            issuer=claims["iss"],
            subject=claims.get("sub", ""),
            sid=claims.get("sid", ""),
            jti=claims["jti"],
            expires_at=until,
        )
    except (Refused, OverflowError, ValueError, OSError):
        return JsonResponse({"error": "invalid_request"}, status=400)
    except Unavailable:
        return JsonResponse({"error": "temporarily_unavailable"}, status=503, headers={"Retry-After": "30"})
    return JsonResponse({"ended": ended})


def _require_short(until: datetime) -> None:
    """Its use is remembered until its end: that must be near."""
    if until - datetime.now(tz=UTC) > _KEEP_AT_MOST:
        raise Refused("login.token")
