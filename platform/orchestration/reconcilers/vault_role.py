"""The app's JWT role. Roles hold no metadata: the reserved prefix of the name is the owner mark."""

from collections.abc import Mapping
from typing import Any

from orchestration.drift import drift
from orchestration.reconcilers.base import (
    DIFFERENT,
    GONE,
    LEFT,
    MISSING,
    RIGHT,
    Observation,
    Removable,
    Writer,
)
from orchestration.render.vault_role import vault_role


class VaultRole(Writer, Removable):
    """Compared field by field: the server fills in many more than the portal sets."""

    name = "vault_role"
    settles = True

    def wanted(self) -> dict[str, Any]:
        """The role's body."""
        return vault_role(self.spec)

    def _standing(self) -> Mapping[str, Any] | None:
        return self.drivers.secrets.role(self.spec.names.vault_role)

    def observe(self) -> Observation:
        """Compare the fields that the portal sets."""
        standing = self._standing()
        if standing is None:
            return MISSING
        return DIFFERENT if drift(self.wanted(), standing) else RIGHT

    def create(self) -> None:
        """Write it."""
        self.drivers.secrets.write_role(self.spec.names.vault_role, self.wanted())

    update = create

    def remains(self) -> Observation:
        """Whether it stands."""
        return GONE if self._standing() is None else LEFT

    def delete(self) -> bool:
        """Delete it: from now on no task of the app can log in."""
        self.drivers.secrets.delete_role(self.spec.names.vault_role)
        return True
