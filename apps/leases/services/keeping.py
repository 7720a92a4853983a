"""Always on: a right of the project's quota, which an app takes and gives back."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.leases import selectors
from apps.leases.enums import Move, Way
from apps.leases.models import Renewal
from apps.leases.services.moving import move
from apps.leases.services.renewing import bring_back
from apps.quotas import services as quotas
from apps.workloads.enums import Desired, LeaseState
from apps.workloads.models import App
from apps.workloads.services.access import locked
from kernel.actors import Actor
from kernel.errors import Conflict

RIGHT = "always_on"  #: a word of kernel.units.RIGHTS


@transaction.atomic
def set_always_on(*, actor: Actor, person: Person, app_id: UUID, on: bool) -> App:
    """Let an app stand without an end, or give it one again: the day that the terms give from today.

    Raises Missing, Forbidden, Conflict; QuotaExceeded with the figures where the project has no such right
    free. Doing it twice does nothing.
    """
    app = locked(actor=actor, app_id=app_id, action="deploy")
    if app.desired == Desired.REQUESTED or selectors.deleted_by_hand(app):
        raise Conflict("app.not_now", verb=RIGHT, desired=app.desired)
    if app.always_on == on:
        return app
    archived = app.lease_state == LeaseState.ARCHIVED
    until = None if on else selectors.terms_of(app).first(timezone.localdate())
    if on:
        quotas.take_right(project_id=app.project_id, holder=app.id, right=RIGHT)
    else:
        quotas.release(holder=app.id, parts={"rights"})
    Renewal.objects.create(
        app=app, person=person, by=actor.label[:200], way=Way.ALWAYS_ON, before=app.ends_on, after=until
    )
    move(app, Move.RENEW, actor, timezone.now(), ends_on=until, always_on=on)
    if archived:
        bring_back(app)
    return app
