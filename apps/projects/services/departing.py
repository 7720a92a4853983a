"""Somebody's account is disabled or gone: nothing stops; owners and administrators are asked who goes on.

Level-triggered: whoever is locked out and has no departure gets one, whichever way that was noticed.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Person
from apps.notices import services as notices
from apps.projects import selectors
from apps.projects.enums import Outcome, ProjectKind, Role
from apps.projects.models import Departure, Membership, Project
from apps.projects.services.ending import owners_of
from apps.projects.services.founding import in_a_year
from apps.projects.services.support import hold, record
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, Refused


def follow_departures() -> int:
    """Open a departure for everybody who has left, close those of whoever is back; return how many opened."""
    _close_returned()
    known = Departure.objects.filter(person=OuterRef("id")).exclude(outcome=Outcome.RETURNED)
    left = Person.objects.filter(~Exists(known), is_active=False).exclude(subject="").order_by("id")
    return sum(_open(person_id) for person_id in left.values_list("id", flat=True))


@transaction.atomic
def _close_returned() -> None:
    back = Departure.objects.filter(person__is_active=True).exclude(outcome=Outcome.RETURNED)
    back.update(outcome=Outcome.RETURNED, closed_at=timezone.now())


@transaction.atomic
def _open(person_id: UUID) -> bool:
    """Open one and ask; once, whoever else looks at the same moment."""
    person = Person.objects.select_for_update(no_key=True).get(id=person_id)
    known = Departure.objects.filter(person=person).exclude(outcome=Outcome.RETURNED)
    if person.is_active or known.exists():
        return False
    departure = Departure.objects.create(person=person)
    notices.notify(
        kind="member.left_lab",
        recipients=accounts.admins().values_list("id", flat=True),
        params={"person": person.label},
        path=f"/departures/{departure.id}/",
    )
    shared = Project.objects.filter(memberships__person=person, personal_of=None, archived_at=None)
    for project in shared.order_by("id"):
        _ask_owners(departure, project)
    return True


def _ask_owners(departure: Departure, project: Project) -> None:
    notices.notify(
        kind="member.left_lab",
        recipients=owners_of(project),
        params={"person": departure.person.label, "project": project.name},
        path=f"/projects/{project.slug}/members/",
        once=f"left:{departure.id}:{project.id}",
    )


@transaction.atomic
def hand_over(
    *, actor: Actor, person: Person, departure_id: UUID, project_id: UUID, email: str, reason: str = ""
) -> Project:
    """Give one project of somebody who has left to another person, as its owner.

    A personal project becomes a shared one: its apps keep their names, addresses and data (ADR 0034).
    Raises Forbidden for anybody but an admin, Missing, Conflict where they are back, Refused naming `email`.
    """
    departure = _open_one(person, departure_id)
    leaver, heir = departure.person, _heir(email)
    membership = Membership.objects.filter(project_id=project_id, person=leaver).select_related("project")
    found = membership.first()
    if found is None:
        raise Missing
    project = hold(found.project)
    before = {"owner": leaver.label, "kind": project.kind}
    if project.kind == ProjectKind.PERSONAL:
        project.kind, project.personal_of = ProjectKind.SHARED, None
        project.review_due_on = in_a_year(timezone.localdate())
        project.save(update_fields=["kind", "personal_of", "review_due_on"])
    Membership.objects.update_or_create(
        project=project, person=heir, defaults={"role": Role.OWNER, "ends_on": None, "group": ""}
    )
    found.delete()
    after = {"owner": heir.label, "kind": project.kind}
    record(actor, "project.handed_over", project, before=before, after=after, member=heir, reason=reason)
    told = {"project": project.name, "role": Role.OWNER.value, "by": person.label}
    path = f"/projects/{project.slug}/"
    notices.notify(kind="member.added", recipients=[heir.id], params=told, path=path)
    return project


def _open_one(person: Person, departure_id: UUID) -> Departure:
    """The departure, locked. Raises Forbidden, Missing, Conflict where it is closed."""
    if not person.is_admin:
        raise Forbidden
    rows = Departure.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
    found = rows.filter(id=departure_id).first()
    if found is None:
        raise Missing
    if found.closed_at is not None or found.person.is_active:
        raise Conflict("departure.closed")
    return found


def _heir(email: str) -> Person:
    known = Person.objects.filter(email__iexact=email.strip(), email_verified=True, is_active=True)
    people = list(known.exclude(subject="")[:2])
    if len(people) != 1:
        raise Refused("departure.heir", field="email")
    return people[0]


@transaction.atomic
def settle(*, actor: Actor, person: Person, departure_id: UUID, reason: str = "") -> None:
    """Say that all is handed over: what memberships are left end. Raises Forbidden, Missing, Conflict.

    Refused (`departure.owns`) while a standing project has no other owner.
    """
    departure = _open_one(person, departure_id)
    leaver = departure.person
    alone = list(selectors.owned_alone(leaver).values_list("name", flat=True))
    if alone:
        raise Conflict("departure.owns", names=", ".join(alone))
    left = Membership.objects.filter(person=leaver, project__personal_of=None, project__archived_at=None)
    for membership in left.select_related("project").order_by("project_id"):
        project = hold(membership.project)
        before = {"member": leaver.label, "role": membership.role}
        membership.delete()
        record(actor, "member.removed", project, before=before, member=leaver, reason=reason)
    departure.outcome, departure.closed_at = Outcome.SETTLED, timezone.now()
    departure.save(update_fields=["outcome", "closed_at"])
