"""The app's secrets: generated once, or waited for from a member. Values are never read here."""

from functools import cached_property

from orchestration.ports import SecretState
from orchestration.reconcilers.base import GONE, LEFT, MISSING, RIGHT, Observation, Removable, Verdict, Writer
from orchestration.render.job import META_APP
from orchestration.states import ConditionType, ObservedState


class Secrets(Writer, Removable):
    """One KV path. A lost answer is harmless: the write compares the version; what exists is not redrawn."""

    name = "secrets"
    condition = ConditionType.SECRETS_READY
    settles = True

    @cached_property
    def _standing(self) -> SecretState | None:
        return self.drivers.secrets.secret_state(self.spec.names.secret_path)

    def _ours(self, standing: SecretState) -> bool:
        return standing.metadata.get(META_APP, self.spec.app_id) == self.spec.app_id

    def wanted(self) -> frozenset[str]:
        """Names of all secrets."""
        return frozenset(secret.name for secret in self.spec.secrets)

    def observe(self) -> Observation:
        """Compare the names that were written with those that the app needs."""
        standing = self._standing
        if standing is not None and not self._ours(standing):
            return Observation(Verdict.WRONG, ObservedState.FAILED, "secret.not_ours", retryable=False)
        missing = self.wanted() - frozenset(standing.keys if standing else ())
        if any(each.source == "generated" and each.name in missing for each in self.spec.secrets):
            return MISSING
        if missing:
            return Observation(
                Verdict.WAITING, reason="secret.awaiting_member", facts={"names": sorted(missing)}
            )
        return RIGHT

    def create(self) -> None:
        """Draw and write the generated ones that are missing."""
        standing = self._standing
        known = frozenset(standing.keys if standing else ())
        values = {
            each.name: self.ctx.new_secret(each.length)
            for each in self.spec.secrets
            if each.source == "generated" and each.name not in known
        }
        marks = {
            META_APP: self.spec.app_id,
            "paillasse.project": self.spec.project_id,
            "at": self.ctx.now.isoformat(timespec="seconds"),
        }
        version = standing.version if standing else 0
        self.drivers.secrets.write_secret(self.spec.names.secret_path, values, cas=version, metadata=marks)

    update = create

    def remains(self) -> Observation:
        """A path with another owner's mark is not ours to remove."""
        standing = self._standing
        return LEFT if standing is not None and self._ours(standing) else GONE

    def delete(self) -> bool:
        """Destroy all versions."""
        self.drivers.secrets.destroy_secret(self.spec.names.secret_path)
        return True
