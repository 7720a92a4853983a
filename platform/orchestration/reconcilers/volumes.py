"""The app's persistent directories: kept through releases, stops and archiving, removed with the app."""

from orchestration.causes import Cause
from orchestration.reconcilers.base import (
    GONE,
    LEFT,
    MISSING,
    RIGHT,
    Observation,
    Removable,
    Verdict,
    Writer,
)
from orchestration.reconcilers.stranded import stranded
from orchestration.specs import Volume
from orchestration.states import ObservedState


class Volumes(Writer, Removable):
    """One volume a pass. Their size is not changed after they were made.

    What a later release no longer mounts is left as it stands: only the end of the app takes it.
    """

    name = "volumes"
    settles = True
    repeats = True

    def wanted(self) -> tuple[Volume, ...]:
        """Volumes of the release."""
        return self.spec.volumes

    def _exists(self, volume: Volume) -> bool:
        return self.drivers.jobs.volume_exists(self.spec.names.volume(volume.name), kind=volume.kind)

    def observe(self) -> Observation:
        """Whether all stand."""
        return RIGHT if all(self._exists(volume) for volume in self.wanted()) else MISSING

    def create(self) -> None:
        """Make the first that is missing."""
        for volume in self.wanted():
            if not self._exists(volume):
                name = self.spec.names.volume(volume.name)
                self.drivers.jobs.create_volume(name, size_mib=volume.size_mib, kind=volume.kind)
                return

    update = create

    def remains(self) -> Observation:
        """Whether any stands, of this release or of an earlier one. A machine that is away is waited for."""
        left = [volume for volume in self._all() if self._exists(volume)]
        if not left:
            return GONE
        away = [self._away(volume) for volume in left]
        first = next(filter(None, away), None)
        if first is None or not all(away):
            return LEFT
        return Observation(Verdict.WAITING, ObservedState.STOPPING, first.code, facts=first.facts)

    def _away(self, volume: Volume) -> Cause | None:
        """Why it cannot be deleted now. A machine that Nomad forgot holds nothing up: nobody waits for it."""
        cause = stranded(self.spec.names, [volume], self.drivers.jobs)
        return cause if cause is not None and cause.code == "volume.node_away" else None

    def delete(self) -> bool:
        """Delete the first that stands and can be."""
        for volume in self._all():
            if self._exists(volume) and self._away(volume) is None:
                self.drivers.jobs.delete_volume(self.spec.names.volume(volume.name), kind=volume.kind)
                return True
        return False

    def _all(self) -> tuple[Volume, ...]:
        return (*self.wanted(), *self.spec.kept)
