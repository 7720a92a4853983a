"""OpenBao in memory: versions, custom metadata, policies and roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers import safe
from drivers.vault import convert
from kernel.errors import OutsideConflict
from kernel.names import RESERVED_PREFIX, is_full_slug
from orchestration.ports import SecretNames, SecretState
from tests.fakes.faults import Faults, answers

PART = "vault"
_APP = f"{RESERVED_PREFIX}app-"


@dataclass
class _Path:
    values: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    version: int = 0


class FakeSecrets(Faults):
    """The port `Secrets`."""

    part = PART

    def __init__(self) -> None:
        super().__init__()
        self.paths: dict[str, _Path] = {}
        self.policies: dict[str, str] = {}
        self.roles: dict[str, dict[str, Any]] = {}

    @answers
    def secret_state(self, path: str) -> SecretState | None:
        found = self.paths.get(safe.path(PART, path))
        if found is None:
            return None
        at = f"2026-01-01T00:00:{found.version:02d}Z"
        keys = tuple(sorted(found.values))
        marks = {
            name: convert.mark(found.metadata.get(f"{convert.KEY}{name}", convert.NOBODY)) for name in keys
        }
        return SecretState(path, found.version, keys, dict(found.metadata), at, marks)

    @answers
    def write_secret(
        self, path: str, values: Mapping[str, str], *, cas: int, metadata: Mapping[str, str]
    ) -> int:
        for name in values:
            safe.key(PART, name)
        found = self.paths.get(safe.path(PART, path))
        if cas != (found.version if found else 0):
            raise OutsideConflict(PART, "check-and-set parameter did not match the current version")
        found = self.paths.setdefault(path, _Path())
        found.values.update(values)
        found.metadata.update(convert.entries(values, metadata))
        found.version += 1
        return found.version

    @answers
    def read_secret(self, path: str) -> Mapping[str, str]:
        found = self.paths.get(safe.path(PART, path))
        return dict(found.values) if found else {}

    @answers
    def destroy_secret(self, path: str) -> None:
        self.paths.pop(safe.path(PART, path), None)

    @answers
    def policy(self, name: str) -> str | None:
        return self.policies.get(safe.ours(PART, name))

    @answers
    def write_policy(self, name: str, text: str) -> None:
        self.policies[safe.ours(PART, name)] = text

    @answers
    def delete_policy(self, name: str) -> None:
        self.policies.pop(safe.ours(PART, name), None)

    @answers
    def role(self, name: str) -> Mapping[str, Any] | None:
        found = self.roles.get(safe.ours(PART, name))
        return None if found is None else dict(found)

    @answers
    def write_role(self, name: str, role: Mapping[str, Any]) -> None:
        self.roles[safe.ours(PART, name)] = dict(role)

    @answers
    def delete_role(self, name: str) -> None:
        self.roles.pop(safe.ours(PART, name), None)

    def _named(self, names: Iterable[str]) -> frozenset[str]:
        slugs = (name.removeprefix(_APP) for name in names if name.startswith(_APP))
        return frozenset(slug for slug in slugs if is_full_slug(slug))

    def _names(self) -> SecretNames:
        paths = frozenset(path.rpartition("/")[2] for path in self.paths)
        ours = frozenset(slug for slug in paths if is_full_slug(slug))
        return SecretNames(ours, self._named(self.policies), self._named(self.roles))

    @answers
    def list_ours(self) -> tuple[str, ...]:
        found = self._names()
        return tuple(sorted(found.paths | found.policies | found.roles))

    @answers
    def names(self) -> SecretNames:
        return self._names()
