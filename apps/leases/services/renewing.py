"""Renewing: by a person up to the maximum, by the link of a mail, by a decision beyond it.

What the end of the lease had stopped stays stopped: whoever renews starts it, and then its quota is checked.
"""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.leases import selectors
from apps.leases.enums import Move, Way
from apps.leases.models import Renewal
from apps.leases.rules import check_end
from apps.leases.services import links
from apps.leases.services.moving import CLOCK, move
from apps.workloads import services as workloads
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App
from apps.workloads.services.access import locked
from kernel.actors import Actor
from kernel.errors import Conflict, Refused

LONGEST_DAYS = 3650  #: that anybody can ask for: nobody promises what nobody can see


@transaction.atomic
def renew(*, actor: Actor, person: Person, app_id: UUID, ends_on: date | None = None) -> App:
    """Give the lease a later last day: the one named, or the one that the terms give from today.

    Raises Missing, Forbidden; Conflict for an app that has no lease to renew; QuotaExceeded where an archived
    app's place is no longer free; Refused naming `ends_on` for a day that is over, not later than now, or
    beyond the maximum.
    """
    app = _locked(actor, app_id)
    until = _until(app, ends_on)
    return _renewed(app, actor, until, person=person, way=Way.PORTAL)


@transaction.atomic
def renew_by_link(*, actor: Actor, person: Person, token: str) -> App:
    """Renew as the signed link says, once. Raises as links.look and renew do; then the app is as it was."""
    link, _app = links.look(token, person.id)
    app = _locked(actor, link.app_id)
    links.require_unused(link, app)
    return _renewed(app, actor, _until(app, None), person=person, way=Way.LINK, link=link.digest)


@transaction.atomic
def lengthen(*, actor: Actor, app: App, until: date, person: Person | None) -> None:
    """Give the last day that was decided, beyond the maximum. Raises as require_longer does, and Conflict."""
    held = _locked(actor, app.id, action="view")
    require_longer(held, until)
    _renewed(held, actor, until, person=person, way=Way.DECISION)


def require_longer(app: App, until: date) -> None:
    """Raise Refused naming `until` for a day that is not later, or that needs no decision; Conflict."""
    _require_lease(app)
    today = timezone.localdate()
    if until <= today or (app.ends_on is not None and until <= app.ends_on):
        raise Refused("lease.not_later", field="until", ends_on=app.ends_on)
    if until > today + timedelta(days=LONGEST_DAYS):
        raise Refused("lease.too_long", field="until", limit=LONGEST_DAYS)


def _locked(actor: Actor, app_id: UUID, action: str = "deploy") -> App:
    app = locked(actor=actor, app_id=app_id, action=action)
    _require_lease(app)
    return app


def _require_lease(app: App) -> None:
    if app.gone_at is not None:
        raise Conflict("app.gone")
    if app.desired == Desired.REQUESTED or selectors.deleted_by_hand(app):
        raise Conflict("app.not_now", verb="renew", desired=app.desired)
    if app.always_on:
        raise Conflict("lease.always_on")


def _until(app: App, ends_on: date | None) -> date:
    """The new last day. Raises Refused naming `ends_on`."""
    terms, today = selectors.terms_of(app), timezone.localdate()
    most = terms.last(today)
    if ends_on is None:
        ends_on = terms.first(today)
        if app.ends_on is not None and ends_on <= app.ends_on:
            ends_on = most
    if app.ends_on is not None and ends_on <= app.ends_on:
        raise Refused("lease.not_later", field="ends_on", ends_on=app.ends_on)
    check_end(ends_on, terms, today)
    return ends_on


def _renewed(
    app: App, actor: Actor, until: date, *, person: Person | None, way: Way, link: str | None = None
) -> App:
    before, archived = app.ends_on, app.lease_state == LeaseState.ARCHIVED
    Renewal.objects.create(
        app=app, person=person, by=actor.label[:200], way=way, before=before, after=until, link=link
    )
    move(app, Move.RENEW, actor, timezone.now(), ends_on=until)
    if archived:
        bring_back(app)
    return app


def bring_back(app: App) -> None:
    """An archived app is as it was before that: asleep or stopped. Raises QuotaExceeded."""
    if app.desired == Desired.ARCHIVED:
        App.objects.filter(id=app.id).update(
            archived_until=timezone.now() + timedelta(days=1)
        )  # not too late
        workloads.undo(actor=CLOCK, app_id=app.id)
        app.refresh_from_db()
