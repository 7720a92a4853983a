"""The app's Vault policy."""

from orchestration.reconcilers.base import (
    DIFFERENT,
    GONE,
    LEFT,
    MISSING,
    RIGHT,
    Observation,
    Removable,
    Verdict,
    Writer,
)
from orchestration.render.vault_policy import owner_mark, vault_policy
from orchestration.states import ObservedState


class VaultPolicy(Writer, Removable):
    """Known as ours by the comment in it."""

    name = "vault_policy"
    settles = True

    def wanted(self) -> str:
        """The policy's text."""
        return vault_policy(self.spec)

    def _ours(self, text: str) -> bool:
        return owner_mark(self.spec.app_id) in text

    def observe(self) -> Observation:
        """Compare the text."""
        text = self.drivers.secrets.policy(self.spec.names.vault_policy)
        if text is None:
            return MISSING
        if not self._ours(text):
            return Observation(Verdict.WRONG, ObservedState.FAILED, "vault.not_ours", retryable=False)
        return RIGHT if text.strip() == self.wanted().strip() else DIFFERENT

    def create(self) -> None:
        """Write it."""
        self.drivers.secrets.write_policy(self.spec.names.vault_policy, self.wanted())

    update = create

    def remains(self) -> Observation:
        """Somebody else's policy of our name is not ours to remove."""
        text = self.drivers.secrets.policy(self.spec.names.vault_policy)
        return LEFT if text is not None and self._ours(text) else GONE

    def delete(self) -> bool:
        """Delete it."""
        self.drivers.secrets.delete_policy(self.spec.names.vault_policy)
        return True
