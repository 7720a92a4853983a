"""Where the token comes from: a file, or a login by AppRole that is renewed in time."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import hvac

from drivers.sessions import SecretFile

RENEW_AT = 1 / 3  #: of the lease left: then the token is renewed


class Tokens(Protocol):
    """Gives the token for each call."""

    def token(self, client: hvac.Client) -> str:
        """The token now; may log in or renew. Raises as hvac and requests do; OSError for a file."""
        ...

    def again(self) -> bool:
        """The token was refused: whether another try with a fresh one makes sense."""
        ...


class FileTokens:
    """A token that somebody else keeps in a file."""

    def __init__(self, path: str) -> None:
        self._file = SecretFile(path)
        self._used = ""

    def token(self, client: hvac.Client) -> str:  # noqa: ARG002 - AppRole needs it
        """The file's content now."""
        self._used = self._file.read()
        return self._used

    def again(self) -> bool:
        """Only if the file changed meanwhile."""
        return self._file.read() != self._used


class AppRoleTokens:
    """Logs in with a role id and a secret id from files (mount `approle`), renews, logs in again."""

    def __init__(
        self, role_id_file: str, secret_id_file: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._role_id = SecretFile(role_id_file)
        self._secret_id = SecretFile(secret_id_file)
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._lease_s = 0.0
        self._until = 0.0
        self._renewable = False

    def token(self, client: hvac.Client) -> str:
        """A token that holds for some time yet."""
        with self._lock:
            left = self._until - self._clock()
            if not self._token or left <= 0:
                self._login(client)
            elif left < self._lease_s * RENEW_AT:
                self._renew(client)
            return self._token

    def again(self) -> bool:
        """Forget the token; the next call logs in."""
        with self._lock:
            self._token = ""
        return True

    def _keep(self, auth: dict[str, object]) -> None:
        self._token = str(auth["client_token"])
        lease = float(str(auth.get("lease_duration") or 0))
        self._lease_s = lease or float("inf")
        self._until = self._clock() + self._lease_s
        self._renewable = bool(auth.get("renewable"))

    def _login(self, client: hvac.Client) -> None:
        answer = client.auth.approle.login(
            role_id=self._role_id.read(), secret_id=self._secret_id.read(), use_token=False
        )
        self._keep(answer["auth"])

    def _renew(self, client: hvac.Client) -> None:
        """Renew; a token that cannot be renewed, or only for a shorter time, is replaced by a new login."""
        if not self._renewable:
            self._login(client)
            return
        before = self._lease_s
        client.token = self._token
        try:
            self._keep(client.auth.token.renew_self()["auth"])
        except hvac.exceptions.VaultError:
            self._login(client)
            return
        if self._lease_s < before * RENEW_AT:
            self._login(client)
