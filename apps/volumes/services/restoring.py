"""Putting a snapshot into an app: into this one, or one that was just asked for."""

import secrets
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.volumes.enums import RestoreState, SnapshotState
from apps.volumes.models import Restore, Snapshot
from apps.volumes.services.keeping import MIB
from apps.volumes.services.moving import move_restore, note
from apps.volumes.services.taking import of_app, standing
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from apps.workloads.models import App
from apps.workloads.services.access import locked
from kernel.actors import Actor
from kernel.errors import Conflict, Missing, QuotaExceeded, Refused

_INTO = frozenset({Desired.PRESENT, Desired.STOPPED, Desired.ASLEEP})


@transaction.atomic
def restore(*, actor: Actor, app_id: UUID, snapshot_id: UUID) -> Restore:
    """Ask to put a snapshot back: a running app is stopped for it and started again.

    Raises Missing, Forbidden; Conflict where something else is under way; Refused("restore.too_big") with the
    figures, the app then being left as it is.
    """
    app = locked(actor=actor, app_id=app_id, action="operate")
    if app.desired not in _INTO:
        raise Conflict("restore.not_now", desired=Desired(app.desired).label)
    snapshot = _ready(app_id, snapshot_id)
    require_room(snapshot, size_mib=standing(app_id, snapshot.volume.name).size_mib)
    return _ask(actor, snapshot, app)


@transaction.atomic
def restore_into_new(*, actor: Actor, app_id: UUID, snapshot_id: UUID, into: App) -> Restore:
    """Ask to fill an app that was just asked for: it waits until that one stands. Raises as restore does."""
    snapshot = _ready(app_id, snapshot_id)
    source = locked(actor=actor, app_id=app_id, action="operate")
    if source.project_id != into.project_id:
        _note_leaving(actor, snapshot, source, into)
    return _ask(actor, snapshot, into)


def _note_leaving(actor: Actor, snapshot: Snapshot, source: App, into: App) -> None:
    """What leaves a project stands in its own audit, as a download does."""
    name = snapshot.volume.name
    audit.record(
        actor=actor,
        verb="snapshot.copied",
        target_kind="snapshot",
        target_id=snapshot.id,
        target_label=f"{source.label}: {name}",
        project_id=source.project_id,
        after={"app": str(into.id), "project": str(into.project_id), "volume": name},
    )


def _ready(app_id: UUID, snapshot_id: UUID) -> Snapshot:
    snapshot = of_app(app_id, snapshot_id)
    if snapshot.state != SnapshotState.READY:
        raise Conflict("snapshot.not_now", state=SnapshotState(snapshot.state).label)
    return snapshot


def require_room(snapshot: Snapshot, *, size_mib: int) -> None:
    """Raise Refused, with the figures, where a volume is smaller than what the snapshot holds."""
    needed = -(-snapshot.content_bytes // MIB)
    if needed > size_mib:
        raise Refused("restore.too_big", field="resources.storage_mib", needed=needed, size=size_mib)


def _ask(actor: Actor, snapshot: Snapshot, app: App) -> Restore:
    asked = Restore(
        snapshot=snapshot,
        app=app,
        key=secrets.token_hex(32),
        by_id=actor.id,
        by_label=actor.label[:200],
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("restore.busy") from error
    note(actor, "restore", asked, app, "", snapshot.volume.name)
    return asked


def _who(restore: Restore) -> Actor:
    """The portal acts for whoever asked, whose right was looked at then."""
    return Actor(kind="system", id=restore.by_id, label=restore.by_label)


@transaction.atomic
def asked_to_stop(restore: Restore) -> Restore:
    """It begins: a running app is stopped, and that it ran is remembered. Raises Conflict."""
    app = App.objects.select_for_update(no_key=True).get(id=restore.app_id)
    runs = app.desired == Desired.PRESENT
    if runs:
        workloads.stop(actor=_who(restore), app_id=app.id)
    return move_restore(restore, RestoreState.STOPPING, start_after=restore.start_after or runs)


@transaction.atomic
def restored(restore: Restore, *, reason: str = "", **facts: object) -> Restore:
    """It ended, well where no reason is given: the app runs again where it did. Raises Conflict.

    An app that somebody started meanwhile is restarted, since it began with what was there before.
    """
    to = RestoreState.FAILED if reason else RestoreState.DONE
    row = move_restore(restore, to, reason=reason, facts=facts)
    if not reason:
        Snapshot.objects.filter(id=row.snapshot_id).update(proven_at=row.finished_at)
    app = App.objects.select_for_update(no_key=True).get(id=row.app_id)
    try:
        with transaction.atomic():
            if row.start_after and app.desired in {Desired.STOPPED, Desired.ASLEEP}:
                workloads.start(actor=_who(row), app_id=app.id)
            elif not reason and app.desired == Desired.PRESENT:
                workloads.restart(actor=_who(row), app_id=app.id)
    except (QuotaExceeded, Conflict, Missing) as error:
        row.facts = {**row.facts, "not_started": error.code}
        row.save(update_fields=("facts",))
    return row
