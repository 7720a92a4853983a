"""Reading what is kept. Everything begins with an app that the reader may see."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from apps.volumes.enums import RestoreState, SnapshotState
from apps.volumes.models import Restore, Schedule, Snapshot, Stray, Use
from apps.volumes.transitions import OPEN_RESTORE
from apps.workloads.models import App, AppVolume
from kernel.errors import Missing
from kernel.names import OutsideNames

MIB = 1024 * 1024
NEARLY, FULL = 75, 95  #: percent of a volume's size at which the page warns


@dataclass(frozen=True)
class Standing:
    """A volume with what is known of it."""

    volume: AppVolume
    use: Use | None
    schedule: Schedule | None
    snapshots: Sequence[Snapshot]

    @property
    def used_mib(self) -> int | None:
        """What it holds, rounded up; none where it was never measured."""
        known = self.use.used_bytes if self.use else None
        return None if known is None else -(-known // MIB)

    @property
    def measured_at(self) -> datetime | None:
        """When that was measured."""
        return self.use.measured_at if self.use else None

    @property
    def percent(self) -> int | None:
        """How full it is; more than 100 where nothing enforces its size."""
        known = self.use.used_bytes if self.use else None
        return None if known is None else 100 * known // max(1, self.volume.size_mib * MIB)

    @property
    def level(self) -> str:
        """What to say of it: ok, nearly, full; empty where it was never measured."""
        if self.percent is None:
            return ""
        return "full" if self.percent >= FULL else "nearly" if self.percent >= NEARLY else "ok"

    @property
    def full(self) -> bool:
        """Whether the app may fail to write."""
        return self.level == "full"

    @property
    def measuring(self) -> bool:
        """Whether a measure is under way."""
        return self.use is not None and self.use.asked_at is not None

    @property
    def moving(self) -> bool:
        """Whether something of it changes by itself."""
        moves = (SnapshotState.PENDING, SnapshotState.TAKING, SnapshotState.DELETING)
        return self.measuring or any(each.state in moves for each in self.snapshots)


def of_app(app: App) -> list[Standing]:
    """The app's volumes, the mounted ones first, and those of which snapshots outlive them."""
    there = Prefetch("snapshots", Snapshot.objects.exclude(state=SnapshotState.DELETED))
    rows = app.volumes.select_related("use", "schedule").prefetch_related(there)
    found = []
    for row in rows.order_by("deleted_at", "-mounted", "name"):
        kept = list(row.snapshots.all())
        if row.deleted_at is None or kept:
            found.append(Standing(row, getattr(row, "use", None), getattr(row, "schedule", None), kept))
    return found


def snapshots(app: App) -> "QuerySet[Snapshot]":
    """The app's snapshots, the newest first; deleted ones are history."""
    rows = Snapshot.objects.filter(volume__app=app).exclude(state=SnapshotState.DELETED)
    return rows.select_related("volume", "release")


def restore_of(app: App) -> Restore | None:
    """What is, or was last, restored into an app."""
    return app.restores.select_related("snapshot__volume__app").order_by("-created_at").first()


def restored_by(key: str) -> Snapshot:
    """The snapshot that this key of a restore under way opens. Raises Missing."""
    states = [RestoreState.STOPPING, RestoreState.WORKING]
    found = Restore.objects.select_related("snapshot").filter(key=key, state__in=states).first()
    if found is None:
        raise Missing
    return found.snapshot


def owned() -> set[tuple[str, str]]:
    """Kind and outside name of every volume that an app has, or is about to have."""
    rows = AppVolume.objects.filter(deleted_at__isnull=True).values_list("kind", "app__slug", "name")
    return {(kind, OutsideNames(slug).volume(name)) for kind, slug, name in rows}


def strays() -> QuerySet[Stray]:
    """Volumes of nobody, as last listed; those known longest first."""
    return Stray.objects.select_related("volume__app")


def moving(standing: Sequence[Standing], restore: Restore | None) -> bool:
    """Whether the page should look again by itself."""
    return any(each.moving for each in standing) or (restore is not None and restore.state in OPEN_RESTORE)


def shown(app: App) -> dict[str, Any]:
    """What the tab Data shows: the volumes, what is or was last restored, and whether anything moves."""
    standing, restore = of_app(app), restore_of(app)
    return {
        "standing": standing,
        "restore": restore,
        "keeping": moving(standing, restore),
        "kept_digest": _digest(standing, restore),
    }


def _digest(standing: Sequence[Standing], restore: Restore | None) -> str:
    """Changes when what the tab shows does: an open question is not closed by looking again."""
    shown = [
        [each.volume.id, each.volume.mounted, each.volume.leaving_at, each.used_mib, each.measuring]
        + [(kept.id, kept.state) for kept in each.snapshots]
        for each in standing
    ]
    text = json.dumps([shown, restore and (restore.id, restore.state)], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
