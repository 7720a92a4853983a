"""The app's persistent directories: kept through releases, stops and archiving, removed with the app."""

from orchestration.reconcilers.base import GONE, LEFT, MISSING, RIGHT, Observation, Removable, Writer
from orchestration.specs import Volume


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
        """Whether any stands, of this release or of an earlier one."""
        return LEFT if any(self._exists(volume) for volume in self._all()) else GONE

    def delete(self) -> bool:
        """Delete the first that stands."""
        for volume in self._all():
            if self._exists(volume):
                self.drivers.jobs.delete_volume(self.spec.names.volume(volume.name), kind=volume.kind)
                return True
        return False

    def _all(self) -> tuple[Volume, ...]:
        return (*self.wanted(), *self.spec.kept)
