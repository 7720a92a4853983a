"""Keycloak's admin API with the client's own service account (role view-users)."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests

from drivers import safe
from drivers.keycloak.convert import Account, account, groups
from drivers.keycloak.errors import PART, NotThere, TokenRefused, checked, translated
from drivers.sessions import TIMEOUT, SecretFile, new_session
from kernel.errors import Misconfigured

T = TypeVar("T")
GROUPS_MAX = 1_000
EARLY_S = 20.0  #: seconds before its end at which a token is not used any more


class KeycloakAccounts:
    """Looks accounts up by their subject."""

    def __init__(
        self,
        address: str,
        *,
        realm: str,
        client_id: str,
        client_secret_file: str,
        ca: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address.rstrip("/")
        self._realm = safe.word(PART, realm)
        self._client_id = client_id
        self._secret = SecretFile(client_secret_file)
        self._session = new_session(ca=ca)
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def issuer(self) -> str:
        """What the realm calls itself in its tokens."""
        url = f"{self._address}/realms/{self._realm}/.well-known/openid-configuration"
        with translated():
            response = self._session.get(url, timeout=TIMEOUT, allow_redirects=False)
            try:
                return str(checked(response).json()["issuer"])
            except (TokenRefused, NotThere) as error:
                raise Misconfigured(PART, str(error)) from error

    def account(self, subject: str) -> Account | None:
        """The account of a subject, or None where Keycloak knows none.

        Raises Unavailable, which proves nothing about the account, or Misconfigured.
        """
        url = f"{self._address}/admin/realms/{self._realm}/users/{safe.uuid(PART, subject)}"
        try:
            return self._ask(url, account)
        except NotThere:
            return None

    def groups(self, subject: str) -> tuple[str, ...] | None:
        """Full paths of the groups that a subject is in now, or None where Keycloak knows no such account.

        Raises as `account` does.
        """
        url = f"{self._address}/admin/realms/{self._realm}/users/{safe.uuid(PART, subject)}/groups"
        try:
            return self._ask(f"{url}?first=0&max={GROUPS_MAX}", groups)
        except NotThere:
            return None

    def _ask(self, url: str, convert: Callable[[Any], T]) -> T:
        try:
            return self._read(url, convert)
        except TokenRefused:
            with self._lock:
                self._token = ""
        try:
            return self._read(url, convert)
        except TokenRefused as error:
            raise Misconfigured(PART, str(error)) from error

    def _read(self, url: str, convert: Callable[[Any], T]) -> T:
        with translated():
            headers = {"Authorization": f"Bearer {self._access_token()}"}
            response = self._session.get(url, headers=headers, timeout=TIMEOUT, allow_redirects=False)
            return convert(checked(response).json())

    def _access_token(self) -> str:
        with self._lock:
            if not self._token or self._clock() >= self._until:
                told = self._login().json()
                self._token = str(told["access_token"])
                self._until = self._clock() + float(told.get("expires_in", 0)) - EARLY_S
            return self._token

    def _login(self) -> requests.Response:
        url = f"{self._address}/realms/{self._realm}/protocol/openid-connect/token"
        secret = (self._client_id, self._secret.read())
        form = {"grant_type": "client_credentials"}
        response = self._session.post(url, data=form, auth=secret, timeout=TIMEOUT, allow_redirects=False)
        try:
            return checked(response)
        except (TokenRefused, NotThere) as error:
            raise Misconfigured(PART, str(error)) from error
