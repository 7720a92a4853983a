"""Who may do what: tokens named at the start, with Nomad's capabilities. Nobody anonymous may do anything.

`--token-file` holds one management token. `--tokens-file` is JSON: token -> a list of capabilities, or
`{"name": "web", "capabilities": [...], "namespaces": ["paillasse"]}` (`*`, the default, is every namespace).
Besides Nomad's capabilities of namespaces, `node-read`, `agent-read`, `plugin-read` and `management` count.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solo.errors import PermissionDenied

# What a capability brings along (acl/policy.go of Nomad: submit-job implies the finer ones since 1.11.2).
_IMPLIED = {
    "submit-job": {
        "register-job",
        "plan-job",
        "deregister-job",
        "purge-job",
        "evaluate-job",
        "revert-job",
        "scale-job",
        "promote-deployment",
        "fail-deployment",
        "pause-deployment",
        "dispatch-job",
        "tag-job-version",
    },
    "host-volume-write": {
        "host-volume-create",
        "host-volume-register",
        "host-volume-delete",
        "host-volume-read",
    },
    "host-volume-create": {"host-volume-read"},
}


@dataclass(frozen=True)
class Token:
    """One bearer of rights."""

    name: str
    capabilities: frozenset[str]
    namespaces: frozenset[str] = frozenset({"*"})
    accessor: str = ""

    @property
    def management(self) -> bool:
        """May do everything."""
        return "management" in self.capabilities

    def sees(self, namespace: str) -> bool:
        """Whether any of its rights reaches this namespace."""
        return self.management or bool({"*", namespace} & self.namespaces)

    def may(self, capability: str, namespace: str | None = None) -> bool:
        """Whether it holds the capability, in that namespace (none: a right of no namespace)."""
        if self.management:
            return True
        inside = namespace in (None, "*") or self.sees(namespace or "")
        return inside and capability in self.capabilities

    def need(self, capability: str, namespace: str | None = None) -> None:
        """Raises PermissionDenied unless it holds the capability."""
        if not self.may(capability, namespace):
            raise PermissionDenied

    def json(self, secret: str) -> dict[str, Any]:
        """As /v1/acl/token/self answers (recording 223)."""
        return {
            "ExpirationTTL": "",
            "AccessorID": self.accessor,
            "SecretID": secret,
            "Name": self.name,
            "Type": "management" if self.management else "client",
            "Policies": None if self.management else [self.name],
            "Roles": None,
            "Global": False,
            "Hash": hashlib.blake2b(self.name.encode(), digest_size=32).hexdigest(),
            "CreateTime": "2026-01-01T00:00:00Z",
            "ExpirationTime": None,
            "CreateIndex": 1,
            "ModifyIndex": 1,
        }


class Tokens:
    """The tokens named at the start."""

    def __init__(self, tokens: dict[str, Token]) -> None:
        self._tokens = tokens

    def find(self, secret: str) -> Token:
        """The bearer of this secret. Raises PermissionDenied for none and for a stranger."""
        token = self._tokens.get(secret)
        if token is None:
            raise PermissionDenied
        return token


def widen(capabilities: Iterable[str]) -> frozenset[str]:
    """The capabilities with all that they imply."""
    found = set(capabilities)
    for capability in tuple(found):
        found |= _IMPLIED.get(capability, set())
    return frozenset(found)


def _accessor(secret: str) -> str:
    """A token's public name: the same after a restart, and telling nothing of the secret."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"accessor {secret}".encode()).digest()[:16]))


def load(token_file: Path | None, tokens_file: Path | None) -> Tokens:
    """Read both files. Raises OSError or ValueError when one is unreadable."""
    tokens: dict[str, Token] = {}
    if token_file is not None:
        tokens[token_file.read_text().strip()] = Token(
            "management", frozenset({"management"}), accessor=_accessor(token_file.read_text().strip())
        )
    if tokens_file is not None:
        for number, (secret, spec) in enumerate(json.loads(tokens_file.read_text()).items()):
            entry: dict[str, Any] = {"capabilities": spec} if isinstance(spec, list) else spec
            tokens[secret] = Token(
                name=entry.get("name", f"token-{number}"),
                capabilities=widen(entry["capabilities"]),
                namespaces=frozenset(entry.get("namespaces", ["*"])),
                accessor=_accessor(secret),
            )
    tokens.pop("", None)
    return Tokens(tokens)
