"""What is kept of apps, as if it had been."""

from uuid import uuid4

from apps.volumes.enums import SnapshotState
from apps.volumes.models import Snapshot
from apps.workloads.models import App, AppVolume


def a_snapshot(app: App, **changes: object) -> Snapshot:
    """A snapshot that is ready, of a volume that no release mounts any more."""
    volume, _made = AppVolume.objects.get_or_create(
        app=app,
        name="data",
        defaults={"kind": "host", "size_mib": 20, "destination": "/data", "release": 1, "mounted": False},
    )
    values = {
        "state": SnapshotState.READY,
        "key": uuid4().hex * 2,
        "by_label": "Alice",
        "sha256": "ab" * 32,
        "size_bytes": 4,
        "content_bytes": 4,
        "tidied": True,
        **changes,
    }
    release = App.objects.get(id=app.id).release
    return Snapshot.objects.create(volume=volume, release=release, **values)
