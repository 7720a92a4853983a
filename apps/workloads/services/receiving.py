"""An offered app is taken over, or not (ADR 0045): its quota goes along, its outside names stay.

Whether somebody has to decide that is for whoever calls (approvals, ADR 0052). Raises Missing, Forbidden,
Conflict.
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects import permissions
from apps.projects import services as standing
from apps.projects.models import Project
from apps.quotas import selectors as figures
from apps.quotas import services as quotas
from apps.workloads.enums import Desired, HandoverOutcome, OperationKind
from apps.workloads.models import App, Handover, Operation
from apps.workloads.services.acting import Asked, act
from apps.workloads.services.handing import OFFERED_FOR, RIGHT, end, locked, mine, record, require_open, tell
from kernel.actors import Actor
from kernel.errors import Conflict, Missing
from kernel.units import Amounts


def receivable(*, actor: Actor, person: Person, handover_id: UUID) -> Handover:
    """The open offer, locked, if the person may accept it."""
    return mine(actor, person, handover_id, receiving=True)


def offered(handover_id: UUID) -> Handover:
    """The open offer, locked, for whoever decides that it may be accepted."""
    return require_open(locked(handover_id))


def takes(made: Handover) -> Amounts:
    """What the app takes of a quota, its volumes' charges with it."""
    held = [figures.held_by(each) for each in _holders(made.app)]
    return sum(held[1:], held[0])


@transaction.atomic
def take_over(*, actor: Actor, made: Handover, author: Actor | None = None) -> Operation:
    """Take a locked offer's app over: the quotas move with it, and its copies are replaced once.

    `author` is who accepted, where the actor only allows it. Raises QuotaExceeded with figures where the
    project has no room, and Conflict `handover.giver` where who offered it may not give it any more; the
    offer stays open.
    """
    target = made.to_project
    if target is None:
        raise Missing
    _require_giver(made)
    standing.require_standing(made.from_project_id, target.id)
    asked = Asked(OperationKind.HANDOVER, actor, made.app_id, authorized=True, author=author)
    operation = act(asked, lambda app: _move(app, made, target))
    end(made, HandoverOutcome.ACCEPTED, actor)
    record(actor, made, "app.handed_over", made.from_project_id, after={"to": target.slug})
    by = author.label if author else ""
    for project in (made.from_project, target):
        tell("app.handed_over", project, made, actor, path=f"/apps/{made.app_id}/", by=by)
    return operation


def _move(app: App, made: Handover, target: Project) -> Desired:
    if app.project_id != made.from_project_id:
        raise Conflict("handover.closed")
    for holder in _holders(app):
        quotas.hand_over(holder=holder, from_project_id=app.project_id, to_project_id=target.id)
    app.project = target
    return Desired(app.desired)


def _holders(app: App) -> list[UUID]:
    """Whose charges go along: what volumes take beside the release is theirs.

    Each is held before any counter, as by whoever charges it.
    """
    return [app.id, *[each.id for each in app.volumes.select_for_update().order_by("name")]]


@transaction.atomic
def await_decision(made: Handover) -> None:
    """Whoever accepts in time has the offer's time again for the decision."""
    made.expires_at = max(made.expires_at, timezone.now() + OFFERED_FOR)
    made.save(update_fields=["expires_at"])


@transaction.atomic
def decline(*, actor: Actor, person: Person, handover_id: UUID) -> Handover:
    """Say no; the app stays where it is."""
    return refuse(actor=actor, made=receivable(actor=actor, person=person, handover_id=handover_id))


@transaction.atomic
def refuse(*, actor: Actor, made: Handover) -> Handover:
    """Close a locked offer for its receiving side, who declined it or was not allowed to accept it."""
    end(made, HandoverOutcome.DECLINED, actor)
    if made.to_project_id is not None:
        record(actor, made, "app.offer_declined", made.to_project_id)
    tell("app.offer_declined", made.from_project, made, actor, path=f"/apps/{made.app_id}/settings/")
    return made


def _require_giver(made: Handover) -> None:
    """Both sides agree when it goes: who offers it to themselves and is put out takes nothing along."""
    giver = made.offered_by
    if giver is None or not permissions.can(giver, made.from_project, RIGHT):
        raise Conflict("handover.giver")
