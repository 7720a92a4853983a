"""Volumes of nobody: noted as they are listed, looked into, and forgotten once they are gone."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.audit import services as audit
from apps.volumes.enums import StrayWhy
from apps.volumes.models import Stray, Use
from apps.volumes.services.measuring import ask
from apps.volumes.services.moving import KEEPER
from apps.workloads.models import App, AppVolume
from kernel.names import OutsideNames, slug_of_volume
from orchestration.storage import VolumeState


@transaction.atomic
def note_strays(found: Iterable[VolumeState], now: datetime) -> None:
    """Replace what is known of them: the whole list each time; since when each is known stays."""
    rows = [_row(each, now) for each in found]
    known = {(each.kind, each.outside_id): each for each in Stray.objects.select_for_update()}
    for row in rows:
        before = known.pop((row.kind, row.outside_id), None)
        if before is None:
            row.save(force_insert=True)
        else:
            Stray.objects.filter(pk=before.pk).update(seen_at=now, why=row.why, volume=row.volume)
    Stray.objects.filter(pk__in=[each.pk for each in known.values()]).delete()


def _row(found: VolumeState, now: datetime) -> Stray:
    slug = slug_of_volume(found.name)
    app = App.objects.filter(slug=slug).first()
    why = StrayWhy.UNKNOWN if app is None else StrayWhy.GONE if app.gone_at else StrayWhy.BESIDE
    ended = _ended(app, found) if app and why == StrayWhy.GONE else None
    return Stray(
        name=found.name,
        kind=found.kind,
        outside_id=found.id,
        why=why,
        volume=ended,
        found_at=now,
        seen_at=now,
    )


def _ended(app: App, found: VolumeState) -> AppVolume | None:
    """The row that ended with its app, of that very name and kind."""
    rows = AppVolume.objects.filter(app=app, kind=found.kind, deleted_at__isnull=False)
    same = (
        row for row in rows.order_by("-deleted_at") if OutsideNames(app.slug).volume(row.name) == found.name
    )
    return next(same, None)


@transaction.atomic
def ask_inside(stray: Stray, now: datetime) -> None:
    """Have a keeper look into it; what was seen before is asked for no more."""
    if stray.volume is None:
        return
    Use.objects.filter(volume=stray.volume).update(measured_at=None, used_bytes=None, files=None)
    ask(stray.volume, now)
    Stray.objects.filter(pk=stray.pk).update(asked_at=now)


def note_inside(stray: Stray, use: Use) -> None:
    """What the keeper saw, or why it did not."""
    seen = {"used_bytes": use.used_bytes, "files": use.files, "reason": use.reason}
    Stray.objects.filter(pk=stray.pk).update(**seen)


@transaction.atomic
def stray_gone(stray: Stray) -> None:
    """It was deleted, empty as it was."""
    app = stray.volume.app if stray.volume else None
    audit.record(
        actor=KEEPER,
        verb="volume.stray_deleted",
        target_kind="app",
        target_id=app.id if app else None,
        target_label=app.label if app else stray.name,
        project_id=app.project_id if app else None,
        after={"volume": stray.name, "kind": stray.kind},
    )
    Stray.objects.filter(pk=stray.pk).delete()
