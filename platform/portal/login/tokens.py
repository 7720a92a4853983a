"""Verify what Keycloak signed: ID tokens and logout tokens.

OpenID Connect Core 1.0, 3.1.3.7; Back-Channel Logout 1.0, 2.6; RFC 8725. The library checks neither audience
nor issuer, and answers an expired or malformed token with a 500: here each is one refusal.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare

from kernel.errors import Refused
from portal.login.keys import ALGORITHM, KEYS

LEEWAY_S = 30  # seconds by which clocks may differ
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_WRONG = (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


def id_token(token: Any, *, nonce: str, access_token: str) -> dict[str, Any]:
    """The claims of an ID token made for us and for this sign-in. Raises Refused or Unavailable."""
    claims = _verified(token, typ={"jwt", ""}, require=["exp", "iat", "iss", "aud", "sub", "nonce"])
    _ours(claims)
    if claims.get("typ", "ID") != "ID":  # Keycloak says what a token is: access tokens are "Bearer"
        raise Refused("login.token")
    if not nonce or not constant_time_compare(str(claims["nonce"]), nonce):
        raise Refused("login.token")
    if "at_hash" in claims and not constant_time_compare(str(claims["at_hash"]), _half_hash(access_token)):
        raise Refused("login.token")
    return claims


def logout_token(token: Any) -> dict[str, Any]:
    """The claims of a back-channel logout token. Raises Refused or Unavailable."""
    claims = _verified(token, typ={"logout+jwt"}, require=["exp", "iat", "iss", "aud", "jti", "events"])
    _ours(claims)
    events = claims["events"]
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise Refused("login.token")
    texts = [claims.get("sub", ""), claims.get("sid", ""), claims["jti"]]
    if "nonce" in claims or not all(isinstance(text, str) and "\0" not in text for text in texts):
        raise Refused("login.token")
    if not (claims.get("sub") or claims.get("sid")) or not 0 < len(claims["jti"]) <= 255:  # noqa: PLR2004
        raise Refused("login.token")
    return claims


def _verified(token: Any, *, typ: set[str], require: list[str]) -> dict[str, Any]:
    """Check form, algorithm, key, signature, times, issuer and audience."""
    try:
        header = jwt.get_unverified_header(token)
        told = str(header.get("typ", "")).lower().removeprefix("application/")
        if header["alg"] != ALGORITHM or "crit" in header or told not in typ:
            raise Refused("login.token")
        kid = header["kid"]
        if not isinstance(kid, str):
            raise Refused("login.token")
        claims: dict[str, Any] = jwt.decode(
            token,
            KEYS.get(kid),
            algorithms=[ALGORITHM],
            audience=settings.OIDC_RP_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=LEEWAY_S,
            options={"require": require},
        )
    except _WRONG as error:
        raise Refused("login.token") from error
    return claims


def _ours(claims: Mapping[str, Any]) -> None:
    """The authorized party is us; it must be named where the token has several audiences."""
    audiences = claims["aud"]
    several = isinstance(audiences, list) and len(audiences) > 1
    if ("azp" in claims or several) and claims.get("azp") != settings.OIDC_RP_CLIENT_ID:
        raise Refused("login.token")


def _half_hash(access_token: str) -> str:
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
