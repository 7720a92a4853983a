"""Keycloak's JSON as plain values."""

from collections.abc import Mapping
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
