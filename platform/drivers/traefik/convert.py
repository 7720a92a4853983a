"""Traefik's JSON as the port's dataclasses."""

import re
from collections.abc import Mapping
from typing import Any

from kernel.names import is_full_slug
from orchestration.ports import RouterState

_HOSTS = re.compile(r"\bHost(?:SNI)?\(([^)]*)\)")
_QUOTED = re.compile(r"[`\"]([^`\"]+)[`\"]")
_SUFFIX = re.compile(r"(?P<slug>.+)-[a-z]+-[0-9a-f]{8}")


def router(raw: Mapping[str, Any]) -> RouterState:
    """Read a router; its name is given without the provider."""
    return RouterState(
        name=str(raw["name"]).rpartition("@")[0] or str(raw["name"]),
        status=raw.get("status") or "",
        rule=raw.get("rule") or "",
        errors=tuple(raw.get("error") or ()),
        service=raw.get("service") or "",
        provider=raw.get("provider") or "",
    )


def hosts(rule: str) -> frozenset[str]:
    """Host names of a rule, in lower case."""
    return frozenset(host.lower() for part in _HOSTS.findall(rule) for host in _QUOTED.findall(part))


def is_ours(name: str) -> bool:
    """Whether a router's name has the form kernel.names gives: slug, kind, hash."""
    match = _SUFFIX.fullmatch(name)
    return match is not None and is_full_slug(match["slug"])
