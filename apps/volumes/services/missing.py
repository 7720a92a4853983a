"""A snapshot that should have been taken by itself and was not: people are told, once until one comes."""

from apps.notices import services as notices
from apps.volumes.enums import SnapshotState
from apps.volumes.models import Snapshot
from apps.workloads.models import AppVolume
from apps.workloads.services.telling import concerned


def tell_missed(volume: AppVolume) -> None:
    """Tell those whom the app concerns, in the transaction that notes it."""
    app = volume.app
    notices.notify(
        kind="app.snapshot_missed",
        recipients=concerned(app),
        params={"app": app.label, "project": app.project.name},
        path=f"/apps/{app.id}/data/",
    )


def failed(snapshot: Snapshot) -> None:
    """One that was begun did not come to its end; told unless the scheduled one before it failed too."""
    earlier = Snapshot.objects.filter(volume_id=snapshot.volume_id, scheduled=True).exclude(id=snapshot.id)
    last = earlier.order_by("-created_at").first()
    if snapshot.scheduled and (last is None or last.state != SnapshotState.FAILED):
        tell_missed(snapshot.volume)
