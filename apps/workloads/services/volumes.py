"""The volumes of an app: followed from release to release, kept where one is no longer mounted."""

from collections.abc import Iterable

from django.utils import timezone

from apps.quotas import services as quotas
from apps.workloads.models import App, AppVolume
from kernel.errors import Conflict, Refused
from kernel.units import Amounts
from orchestration.specs import Volume


def follow(*, app: App, number: int, wanted: Iterable[Volume]) -> None:
    """Note what release `number` mounts, and keep the rest. The caller holds the app.

    Raises Refused where a volume would become one of another kind, Conflict where one is on its way out,
    QuotaExceeded where what is kept besides no longer fits.
    """
    found = AppVolume.objects.select_for_update().filter(app=app, deleted_at__isnull=True)
    standing = {each.name: each for each in found}
    for each in wanted:
        volume = standing.pop(each.name, None) or AppVolume(app=app, name=each.name, kind=each.kind)
        _mount(volume, each, number)
    for volume in standing.values():
        volume.mounted = False
        volume.save(update_fields=("mounted",))
        charge(volume)


def _mount(volume: AppVolume, wanted: Volume, number: int) -> None:
    if volume.kind != wanted.kind:
        raise Refused("volume.kind", field="version", name=volume.name)
    if volume.leaving_at is not None:
        raise Conflict("volume.leaving", name=volume.name)
    was_kept = not volume.mounted
    volume.size_mib, volume.destination = wanted.size_mib, wanted.destination
    volume.mounted, volume.release = True, number
    volume.save()
    if was_kept:
        charge(volume)


def charge(volume: AppVolume) -> None:
    """Bring what a locked volume holds of the quota to what it takes beside its app's release.

    Raises QuotaExceeded; then nothing changed.
    """
    kept = not volume.mounted and volume.deleted_at is None
    amounts = Amounts(storage_mib=volume.snapshots_mib + (volume.size_mib if kept else 0))
    # Read now: an app that was read with its volume may have gone to another project before that was held.
    project_id = App.objects.values_list("project_id", flat=True).get(id=volume.app_id)
    quotas.change_reservation(project_id=project_id, holder=volume.id, amounts=amounts)
    quotas.mark_used(holder=volume.id)


def end(*, app: App) -> None:
    """They went with their app: rows are history, and take no quota but for snapshots that go next."""
    for volume in AppVolume.objects.select_for_update().filter(app=app, deleted_at__isnull=True):
        volume.deleted_at = timezone.now()
        volume.save(update_fields=("deleted_at",))
        charge(volume)
