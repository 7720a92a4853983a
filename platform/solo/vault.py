"""Reading secrets as a task may: login by its workload identity, then the paths its role allows."""

from typing import Any

import requests

from solo.errors import Unplaceable

_TIMEOUT_S = 10
_TOO_MANY = 429
_SERVER = 500
_NOT_FOUND = 404


class Missing(Exception):
    """A secret cannot be read now; it may come."""


class Vault:
    """OpenBao or Vault at one address."""

    def __init__(self, address: str, mount: str) -> None:
        self.address, self.mount = address.rstrip("/"), mount

    def login(self, token: str, role: str) -> str:
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
            return str(answer.json()["auth"]["client_token"])
        away = answer.status_code >= _SERVER or answer.status_code == _TOO_MANY
        raise _login_failed(_refusal(answer, "PUT"), recoverable=away)

    def read(self, path: str, token: str) -> dict[str, Any]:
        """A secret's `data`. Raises Missing when it cannot be read now."""
        try:
            answer = requests.get(
                f"{self.address}/v1/{path.lstrip('/')}", headers={"X-Vault-Token": token}, timeout=_TIMEOUT_S
            )
        except requests.RequestException as error:
            raise Missing(f"vault.read({path}): {error}") from error
        if answer.status_code == _NOT_FOUND:
            raise Missing(f"no secret exists at {path}")
        if not answer.ok:
            raise Missing(f"vault.read({path}): {_refusal(answer, 'GET')}")
        data: dict[str, Any] = answer.json()["data"]
        return data

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
