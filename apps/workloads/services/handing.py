"""An app is offered to another project (ADR 0045); what its owners say to that is in receiving.py.

Raises Missing, Forbidden, Conflict, and Refused naming the field.
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
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.workloads.enums import HandoverOutcome, OperationKind
from apps.workloads.models import App, Handover
from apps.workloads.services import access
from apps.workloads.transitions import VERBS
from kernel.actors import Actor, system
from kernel.errors import Conflict, Forbidden, Missing, Refused
from kernel.names import SLUG_MAX

OFFERED_FOR = timedelta(days=14)
OFFERS_A_DAY = 5  #: of one app
NOTE_MAX = 1000  #: characters
CLOCK = system("offers")
_AT_ONCE = 200
RIGHT = "delete"  #: what it takes on both sides: an owner's


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
    _require_room(app)
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
    record(actor, made, "app.offered", app.project_id, after={"to": slug})
    if found is not None:
        tell("app.offered", found, made, actor, path=f"/handovers/{made.id}/")
    return made


@transaction.atomic
def withdraw(*, actor: Actor, person: Person, handover_id: UUID) -> Handover:
    """Take the offer back."""
    made = mine(actor, person, handover_id, receiving=False)
    end(made, HandoverOutcome.WITHDRAWN, actor)
    record(actor, made, "app.offer_withdrawn", made.from_project_id)
    return made


def expire_offers(*, now: datetime | None = None) -> int:
    """Close offers that nobody has answered, each in its own transaction; return how many."""
    late = Handover.objects.filter(closed_at=None, expires_at__lte=now or timezone.now())
    found = list(late.order_by("expires_at").values_list("id", flat=True)[:_AT_ONCE])
    return sum(_expire(each, now) for each in found)


@transaction.atomic
def _expire(handover_id: UUID, now: datetime | None = None) -> bool:
    """Close one, unless somebody was faster, or gave it more time."""
    made = locked(handover_id)
    if made.closed_at is not None or made.expires_at > (now or timezone.now()):
        return False
    end(made, HandoverOutcome.EXPIRED, None)
    record(CLOCK, made, "app.offer_expired", made.from_project_id)
    return True


def mine(actor: Actor, person: Person, handover_id: UUID, *, receiving: bool) -> Handover:
    """The open offer, locked after its app, if the person may answer it or take it back."""
    if actor.id != person.id:
        raise Forbidden
    made = locked(handover_id)
    side = made.to_project if receiving else made.from_project
    if side is None:
        raise Missing
    permissions.require(person, side, RIGHT)
    return require_open(made)


def locked(handover_id: UUID) -> Handover:
    """The offer, locked after its app. Raises Missing."""
    known = Handover.objects.filter(id=handover_id).first()
    if known is None:
        raise Missing
    App.objects.select_for_update(no_key=True).filter(id=known.app_id).first()
    related = ("app__release__template_version", "app__template", "from_project", "to_project", "offered_by")
    return Handover.objects.select_for_update(of=("self",)).select_related(*related).get(id=handover_id)


def require_open(made: Handover) -> Handover:
    """The offer itself; raises Conflict once it was answered, taken back, or its time is over."""
    if made.closed_at is not None or made.expires_at <= timezone.now():
        raise Conflict("handover.closed")
    return made


def _require_handable(app: App) -> None:
    if app.desired not in VERBS[OperationKind.HANDOVER].sources:
        raise Conflict("app.not_now", verb=OperationKind.HANDOVER.value, desired=app.desired)


def _require_room(app: App) -> None:
    """One offer at a time, and few a day: each may tell people who asked for nothing."""
    standing = app.handovers.filter(closed_at=None).first()
    if standing is not None and standing.expires_at > timezone.now():
        raise Conflict("handover.open")
    if standing is not None:
        _expire(standing.id)
    if app.handovers.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= OFFERS_A_DAY:
        raise Conflict("handover.too_many", limit=OFFERS_A_DAY)


def end(made: Handover, outcome: HandoverOutcome, actor: Actor | None) -> None:
    """Close it; without an actor its time is over."""
    made.closed_at, made.outcome = timezone.now(), outcome
    made.closed_by = actor.label[:200] if actor else ""
    made.save()


def tell(kind: str, project: Project, made: Handover, actor: Actor, *, path: str, by: str = "") -> None:
    """Tell a project's owners, but not who did it. `by` is who is named, where that is not the actor."""
    owners = projects.members_of(project).filter(role=Role.OWNER).values_list("person_id", flat=True)
    notices.notify(
        kind=kind,
        recipients=set(owners) - {actor.id},
        params={
            "app": made.app.label,
            "project": made.from_project.name,
            "by": by or actor.label,
            "to": made.to_slug,
        },
        path=path,
    )


def record(
    actor: Actor, made: Handover, verb: str, project_id: UUID, after: dict[str, object] | None = None
) -> None:
    """The audit row of one side."""
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="app",
        target_id=made.app_id,
        target_label=made.app.label,
        project_id=project_id,
        after=after,
    )
