"""Reading secrets as a task may: login by its workload identity, then the paths its role allows."""

from typing import Any, NamedTuple

import requests

from solo.errors import Unplaceable

_TIMEOUT_S = 10
_TOO_MANY = 429
_SERVER = 500
_NOT_FOUND = 404
_RENEW_SELF = "auth/token/renew-self"


class Missing(Exception):
    """A secret cannot be read now; it may come."""


class Login(NamedTuple):
    """A token, and the seconds that it lasts unless it is renewed."""

    token: str
    seconds: int


class Vault:
    """OpenBao or Vault at one address."""

    def __init__(self, address: str, mount: str) -> None:
        self.address, self.mount = address.rstrip("/"), mount

    def login(self, token: str, role: str) -> Login:
        """A Vault token for this identity.

        Raises Unplaceable: with recoverable set when the server is away, without when it refuses.
        """
        try:
            answer = requests.post(
                f"{self.address}/v1/auth/{self.mount}/login",
                json={"jwt": token, "role": role},
                timeout=_TIMEOUT_S,
            )
        except requests.RequestException as error:
            raise _login_failed(str(error), recoverable=True) from error
        if answer.ok:
            auth = answer.json()["auth"]
            return Login(str(auth["client_token"]), int(auth["lease_duration"]))
        away = answer.status_code >= _SERVER or answer.status_code == _TOO_MANY
        raise _login_failed(_refusal(answer, "PUT"), recoverable=away)

    def read(self, path: str, token: str) -> dict[str, Any]:
        """A secret's whole answer: `data`, and its lease if it has one.

        Raises Missing when it cannot be, in the words of consul-template.
        """
        what = f"vault.read({path})"
        try:
            answer = requests.get(
                f"{self.address}/v1/{path.lstrip('/')}", headers={"X-Vault-Token": token}, timeout=_TIMEOUT_S
            )
        except requests.RequestException as error:
            raise Missing(f"{what}: {what}: {error}") from error
        if answer.status_code == _NOT_FOUND:
            raise Missing(f"{what}: no secret exists at {path}")
        if not answer.ok:
            raise Missing(f"{what}: {what}: {_refusal(answer, 'GET')}")
        read: dict[str, Any] = answer.json()
        return read

    def renew(self, token: str, lease_id: str = "") -> int | None:
        """Renew a lease, or the token itself where none is named.

        The seconds that it now lasts; 0: it is over, or may not be renewed; None: the server is away.
        """
        path, body = ("sys/leases/renew", {"lease_id": lease_id}) if lease_id else (_RENEW_SELF, {})
        try:
            answer = requests.put(
                f"{self.address}/v1/{path}", json=body, headers={"X-Vault-Token": token}, timeout=_TIMEOUT_S
            )
        except requests.RequestException:
            return None
        if not answer.ok:
            return None if answer.status_code >= _SERVER or answer.status_code == _TOO_MANY else 0
        told = answer.json()
        return int((told if lease_id else told["auth"])["lease_duration"])

    def fingerprint(self) -> dict[str, str]:
        """Attributes of the node; none while the server is away."""
        try:
            answer = requests.get(f"{self.address}/v1/sys/seal-status", timeout=2).json()
        except (requests.RequestException, ValueError):
            return {}
        if answer.get("sealed", True) or "version" not in answer:
            return {}
        return {"vault.accessible": "true", "vault.version": answer["version"]}


def _refusal(answer: requests.Response, method: str) -> str:
    """In the words of Vault's own client."""
    try:
        errors = answer.json().get("errors") or []
    except ValueError:
        errors = []
    listed = "\n".join(f"* {error}" for error in errors)
    url = answer.url
    return (
        f"Error making API request.\n\nURL: {method} {url}\nCode: {answer.status_code}. Errors:\n\n{listed}"
    )


def _login_failed(text: str, *, recoverable: bool) -> Unplaceable:
    cause = f"failed to derive Vault token for identity vault_default: failed to login with JWT: {text}"
    return Unplaceable(
        f"Vault: failed to derive vault token: {cause}", event="vault", recoverable=recoverable
    )
