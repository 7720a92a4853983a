"""Keycloak's JSON as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Account:
    """An account of the realm."""

    subject: str
    enabled: bool
    email: str
    email_verified: bool


def account(raw: Mapping[str, Any]) -> Account:
    """Read a UserRepresentation."""
    return Account(
        subject=raw["id"],
        enabled=bool(raw["enabled"]),
        email=raw.get("email") or "",
        email_verified=bool(raw.get("emailVerified")),
    )


def groups(raw: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Read a list of GroupRepresentations: their full paths, as the claim `groups` of a sign-in has them."""
    return tuple(each["path"] for each in raw)
