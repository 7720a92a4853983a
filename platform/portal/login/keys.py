"""Keycloak's signing keys, kept in this process."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import jwt
from django.conf import settings

from kernel.errors import Refused, Unavailable
from portal.login.keycloak import PART, ask

ALGORITHM = "RS256"
MIN_BITS = 2048
FRESH_S = 3600.0  # a key that Keycloak has withdrawn is trusted no longer than this
AGAIN_S = 60.0  # an unknown kid has the keys fetched again at most so often
FAILED_S = 5.0  # after a failure nobody waits for Keycloak again so soon


class Keys:
    """The realm's keys for signatures, by kid. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = self._failed = float("-inf")

    def get(self, kid: str) -> jwt.PyJWK:
        """The key of this kid; raises Refused where there is none, Unavailable where nobody can be asked."""
        with self._lock:
            age = self._clock() - self._fetched
            if age > FRESH_S or (kid not in self._keys and age > AGAIN_S):
                self._fetch()
            key = self._keys.get(kid)
        if key is None:
            raise Refused("login.token")
        return key

    def _fetch(self) -> None:
        if self._clock() - self._failed < FAILED_S:
            raise Unavailable(PART, "no answer a moment ago", code="login.unavailable")
        try:
            answer = ask("GET", settings.OIDC_OP_JWKS_ENDPOINT)
        except (Refused, Unavailable):
            self._failed = self._clock()
            raise
        told = answer.get("keys")
        self._keys = dict(_usable(told if isinstance(told, list) else []))
        self._fetched = self._clock()


def _usable(told: Iterable[Any]) -> Iterable[tuple[str, jwt.PyJWK]]:
    """RSA keys of enough bits, for signatures, with a kid. One that cannot be read is passed over."""
    for each in told:
        if not isinstance(each, dict) or each.get("kty") != "RSA" or each.get("use") != "sig":
            continue
        kid = each.get("kid")
        if each.get("alg", ALGORITHM) != ALGORITHM or not isinstance(kid, str) or not kid:
            continue
        try:
            key = jwt.PyJWK(each, ALGORITHM)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if key.key.key_size >= MIN_BITS:
            yield kid, key


KEYS = Keys()
