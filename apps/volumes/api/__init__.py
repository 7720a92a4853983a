"""`apps/{id}/volumes` and `apps/{id}/snapshots`."""

from apps.volumes.api.snapshots import SnapshotViewSet
from apps.volumes.api.volumes import VolumeViewSet

__all__ = ["SnapshotViewSet", "VolumeViewSet"]
