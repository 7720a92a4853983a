"""The clock's side: every app's lease is looked at, and moved by one stage at the most.

A pass may be repeated, run twice at once, or die anywhere: each app is a transaction of its own, under its
row's lock, and what is done already is not done again.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.leases import selectors
from apps.leases.enums import Move
from apps.leases.rules import EXPIRING_DAYS, due, warns
from apps.leases.services import warning
from apps.leases.services.moving import CLOCK, move, note, told
from apps.workloads import services as workloads
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App
from kernel.errors import PaillasseError

BATCH = 500  #: apps that one pass may touch; the next pass goes on
log = structlog.get_logger(__name__)


def follow(*, now: datetime | None = None) -> int:
    """Look at all leases that are near or past their end; returns how many were moved or warned of."""
    moment, touched = now or timezone.now(), 0
    for app_id in list(_near(moment).order_by("id").values_list("id", flat=True)):
        touched += _safely(app_id, moment)
        if touched >= BATCH:
            break
    return touched


def _near(now: datetime) -> "QuerySet[App]":
    """Those of which something may be due: without an end yet, near it, or past it."""
    soon = timezone.localdate(now) + timedelta(days=EXPIRING_DAYS)
    standing = App.objects.filter(gone_at__isnull=True, always_on=False, generation__gt=0)
    standing = standing.exclude(desired__in=[Desired.REQUESTED, Desired.ABSENT])
    near = Q(ends_on__isnull=True) | Q(ends_on__lte=soon) | ~Q(lease_state=LeaseState.ACTIVE)
    return standing.filter(near)


def _safely(app_id: UUID, now: datetime) -> bool:
    """One that cannot be moved now does not hold up the others: it is looked at again by the next pass."""
    try:
        return _look(app_id, now)
    except PaillasseError as error:
        log.warning("leases.not_moved", app_id=str(app_id), code=error.code)
    return False


@transaction.atomic
def _look(app_id: UUID, now: datetime) -> bool:
    rows = _near(now).select_for_update(no_key=True, skip_locked=True, of=("self",))
    app = rows.select_related("project", "release__template_version").filter(id=app_id).first()
    if app is None or selectors.deleted_by_hand(app):
        return False
    if app.ends_on is None:
        return _begin(app, now)
    step = due(selectors.lease(app), now, selectors.delays())
    if step is None:
        return _warn(app, now)
    if step is Move.PURGE and not warning.has_left(app, step):
        return False
    _DO[step](app, now)
    return True


def _begin(app: App, now: datetime) -> bool:
    """An app of before, or of another way in: it gets the end that the terms give from today."""
    before = told(app)
    app.ends_on, app.lease_since = selectors.terms_of(app).first(timezone.localdate(now)), now
    app.save(update_fields=("ends_on", "lease_since"))
    note(app, "lease.begun", CLOCK, before)
    return True


def _warn(app: App, now: datetime) -> bool:
    lease = selectors.lease(app)
    if app.lease_state == LeaseState.EXPIRING:
        warning.of_end(app, lease, now)
    if not warns(lease, now, selectors.delays()):
        return False
    app.lease_warned_at = now
    app.save(update_fields=("lease_warned_at",))
    warning.of_next(app, selectors.lease(app), now, last=True)
    return True


def _expire(app: App, now: datetime) -> None:
    move(app, Move.EXPIRE, CLOCK, now)
    warning.of_end(app, selectors.lease(app), now)


def _recall(app: App, now: datetime) -> None:
    move(app, Move.RECALL, CLOCK, now)


def _grace(app: App, now: datetime) -> None:
    move(app, Move.GRACE, CLOCK, now)
    _foretell(app, now)


def _sleep(app: App, now: datetime) -> None:
    move(app, Move.SLEEP, CLOCK, now)
    if app.desired == Desired.PRESENT:
        workloads.sleep(actor=CLOCK, app_id=app.id)
    _foretell(app, now)


def _archive(app: App, now: datetime) -> None:
    move(app, Move.ARCHIVE, CLOCK, now)
    workloads.delete(actor=CLOCK, app_id=app.id, until=now + selectors.delays().of(Move.PURGE))
    _foretell(app, now)


def _purge(app: App, now: datetime) -> None:
    move(app, Move.PURGE, CLOCK, now)
    workloads.purge(actor=CLOCK, app_id=app.id)
    warning.purged(app)


def _foretell(app: App, now: datetime) -> None:
    warning.of_next(app, selectors.lease(app), now, last=False)


_DO = {
    Move.EXPIRE: _expire,
    Move.RECALL: _recall,
    Move.GRACE: _grace,
    Move.SLEEP: _sleep,
    Move.ARCHIVE: _archive,
    Move.PURGE: _purge,
}
