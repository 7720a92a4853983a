"""Questions to Keycloak: short, without redirects, every failure named."""

from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings

from kernel.errors import Refused, Unavailable

PART = "keycloak"
_TOO_MANY = 429
_BROKEN = 500


def ask(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, data: Any = None
) -> dict[str, Any]:
    """The JSON object that an endpoint answers.

    Raises Unavailable where there is no answer within OIDC_TIMEOUT seconds, a 5xx or a 429; Refused
    `login.token` for every other answer. Nothing of an answer is repeated in an error: it may hold a token.
    """
    try:
        response = requests.request(
            method, url, headers=headers, data=data, timeout=settings.OIDC_TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        raise Unavailable(PART, type(error).__name__, code="login.unavailable") from error
    if response.status_code >= _BROKEN or response.status_code == _TOO_MANY:
        raise Unavailable(PART, str(response.status_code), code="login.unavailable")
    if response.status_code != requests.codes.ok:
        raise Refused("login.token", status=response.status_code)
    try:
        answer = response.json()
    except (ValueError, RecursionError) as error:
        raise Refused("login.token") from error
    if not isinstance(answer, dict):
        raise Refused("login.token")
    return answer
