"""Personal tokens: `Authorization: Bearer lab_<key>.<secret>`.

The key is public and finds the row; of the secret, 256 random bits, only an HMAC-SHA256 is kept, keyed from
Django's SECRET_KEY, so that a copy of the database opens nothing. Signing in by browser is in portal.login.
"""

import re

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.models import ApiToken, Person
from apps.base.messages import text

_FORM = re.compile(r"lab_([a-z0-9]{12})\.([0-9a-f]{64})")
_SALT = "apps.accounts.token"


def digest(secret: str, key: str | bytes | None = None) -> str:
    """What is kept of a secret; `key` is an older SECRET_KEY where one is tried."""
    return salted_hmac(_SALT, secret, secret=key, algorithm="sha256").hexdigest()


class TokenAuthentication(BaseAuthentication):
    """The person of a token, with the token (its scopes and projects) as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        """Read the header; none without a Bearer token, AuthenticationFailed where it is not good."""
        scheme, _, given = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        form = _FORM.fullmatch(given.strip())
        token = _find(form[1], form[2]) if form else None
        if token is None:
            raise AuthenticationFailed(text("token.invalid"), code="token.invalid")
        token.note_use(now=timezone.now(), ip=request.META.get("REMOTE_ADDR"))
        return token.person, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """What a 401 asks for (RFC 6750)."""
        return 'Bearer realm="Paillasse"'


def _find(key: str, secret: str) -> ApiToken | None:
    """The token that this key and secret open now; the digest is computed and compared in any case."""
    token = ApiToken.objects.select_related("person").filter(key=key).first()
    kept = token.digest if token else digest("")
    keys = [None, *settings.SECRET_KEY_FALLBACKS]
    same = [constant_time_compare(digest(secret, each), kept) for each in keys]
    if token is None or not any(same) or not token.person.is_active:
        return None
    return token if token.is_valid(timezone.now()) else None
