"""An app goes to another project: an owner of the one offers it, an owner of the other accepts (ADR 0045).

Slug, outside names, address, secrets and data stay. Raises Missing, Forbidden, Conflict, and
Refused naming the field.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.notices import services as notices
from apps.projects import permissions
from apps.projects import selectors as projects
from apps.projects import services as standing
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.quotas import services as quotas
from apps.workloads.enums import Desired, HandoverOutcome, OperationKind
from apps.workloads.models import App, Handover, Operation
from apps.workloads.services import access
from apps.workloads.services.acting import Asked, act
from apps.workloads.transitions import VERBS
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, Refused
from kernel.names import SLUG_MAX

OFFERED_FOR = timedelta(days=14)
NOTE_MAX = 1000  #: characters
_TO = "delete"  #: the right that it takes on both sides: an owner's


@transaction.atomic
def offer(*, actor: Actor, person: Person, app_id: UUID, project: str, note: str = "") -> Handover:
    """Offer an app to the project of that short name, for 14 days.

    Whether such a project exists is not told: an offer to nobody ends like one that nobody answers.
    """
    if actor.id != person.id:
        raise Forbidden
    app = access.locked(actor=actor, app_id=app_id, action=VERBS[OperationKind.HANDOVER].action)
    _require_handable(app)
    slug, note = project.strip().lower(), note.strip()
    if not slug or len(slug) > SLUG_MAX or slug == app.project.slug:
        raise Refused("handover.project", field="project")
    if len(note) > NOTE_MAX:
        raise Refused("handover.note", field="note", limit=NOTE_MAX)
    _close(app, HandoverOutcome.EXPIRED, "", expires_at__lte=timezone.now())
    if app.handovers.filter(closed_at=None).exists():
        raise Conflict("handover.open")
    found = Project.objects.filter(slug=slug, archived_at=None).first()
    made = Handover.objects.create(
        app=app,
        from_project=app.project,
        to_project=found,
        to_slug=slug,
        offered_by=person,
        note=note,
        expires_at=timezone.now() + OFFERED_FOR,
    )
    _audit(actor, made, "app.offered", app.project_id, after={"to": slug})
    if found is not None:
        _tell("app.offered", found, made, actor, path=f"/handovers/{made.id}/")
    return made


@transaction.atomic
def accept(*, actor: Actor, person: Person, handover_id: UUID) -> Operation:
    """Take it over: the quotas move with it, and its copies are replaced once.

    Raises QuotaExceeded with figures where this project has no room, and Conflict `handover.giver` where who
    offered it may not give it any more; the offer stays open.
    """
    made = _mine(actor, person, handover_id, receiving=True)
    target = made.to_project
    if target is None:
        raise Missing
    _require_giver(made)
    standing.require_standing(made.from_project_id, target.id)

    def turn(app: App) -> Desired:
        if app.project_id != made.from_project_id:
            raise Conflict("handover.closed")
        # What its volumes take beside its release goes along: each is a holder of its own, and is held before
        # any counter, as by whoever charges it.
        volumes = app.volumes.select_for_update().order_by("name")
        for holder in (app.id, *[each.id for each in volumes]):
            quotas.hand_over(holder=holder, from_project_id=app.project_id, to_project_id=target.id)
        app.project = target
        return Desired(app.desired)

    operation = act(Asked(OperationKind.HANDOVER, actor, made.app_id, authorized=True), turn)
    _end(made, HandoverOutcome.ACCEPTED, actor)
    _audit(actor, made, "app.handed_over", made.from_project_id, after={"to": target.slug})
    for project in (made.from_project, target):
        _tell("app.handed_over", project, made, actor, path=f"/apps/{made.app_id}/")
    return operation


@transaction.atomic
def decline(*, actor: Actor, person: Person, handover_id: UUID) -> Handover:
    """Say no; the app stays where it is."""
    made = _mine(actor, person, handover_id, receiving=True)
    _end(made, HandoverOutcome.DECLINED, actor)
    if made.to_project_id is not None:
        _audit(actor, made, "app.offer_declined", made.to_project_id)
    _tell("app.offer_declined", made.from_project, made, actor, path=f"/apps/{made.app_id}/settings/")
    return made


@transaction.atomic
def withdraw(*, actor: Actor, person: Person, handover_id: UUID) -> Handover:
    """Take the offer back."""
    made = _mine(actor, person, handover_id, receiving=False)
    _end(made, HandoverOutcome.WITHDRAWN, actor)
    _audit(actor, made, "app.offer_withdrawn", made.from_project_id)
    return made


@transaction.atomic
def expire_offers(*, now: datetime | None = None) -> int:
    """Close offers that nobody has answered; return how many."""
    moment = now or timezone.now()
    late = Handover.objects.filter(closed_at=None, expires_at__lte=moment)
    return late.update(closed_at=moment, outcome=HandoverOutcome.EXPIRED)


def _mine(actor: Actor, person: Person, handover_id: UUID, *, receiving: bool) -> Handover:
    """The open offer, locked after its app, if the person may answer it or take it back."""
    if actor.id != person.id:
        raise Forbidden
    known = Handover.objects.filter(id=handover_id).first()
    if known is None:
        raise Missing
    App.objects.select_for_update(no_key=True).filter(id=known.app_id).first()
    rows = Handover.objects.select_for_update(of=("self",)).select_related(
        "app", "from_project", "to_project", "offered_by"
    )
    made = rows.get(id=handover_id)
    side = made.to_project if receiving else made.from_project
    if side is None:
        raise Missing
    permissions.require(person, side, _TO)
    if made.closed_at is not None or made.expires_at <= timezone.now():
        raise Conflict("handover.closed")
    return made


def _require_giver(made: Handover) -> None:
    """Both sides agree when it goes: who offers it to themselves and is put out takes nothing along."""
    giver = made.offered_by
    if giver is None or not permissions.can(giver, made.from_project, _TO):
        raise Conflict("handover.giver")


def _require_handable(app: App) -> None:
    if app.desired not in VERBS[OperationKind.HANDOVER].sources:
        raise Conflict("app.not_now", verb=OperationKind.HANDOVER.value, desired=app.desired)


def _close(app: App, outcome: HandoverOutcome, by: str, **which: object) -> None:
    rows = Handover.objects.filter(app=app, closed_at=None, **which)
    rows.update(closed_at=timezone.now(), outcome=outcome, closed_by=by)


def _end(made: Handover, outcome: HandoverOutcome, actor: Actor) -> None:
    made.closed_at, made.outcome, made.closed_by = timezone.now(), outcome, actor.label[:200]
    made.save()


def _tell(kind: str, project: Project, made: Handover, actor: Actor, *, path: str) -> None:
    owners = projects.members_of(project).filter(role=Role.OWNER).values_list("person_id", flat=True)
    notices.notify(
        kind=kind,
        recipients=set(owners) - {actor.id},
        params={
            "app": made.app.label,
            "project": made.from_project.name,
            "by": actor.label,
            "to": made.to_slug,
        },
        path=path,
    )


def _audit(
    actor: Actor, made: Handover, verb: str, project_id: UUID, after: dict[str, object] | None = None
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="app",
        target_id=made.app_id,
        target_label=made.app.label,
        project_id=project_id,
        after=after,
    )
