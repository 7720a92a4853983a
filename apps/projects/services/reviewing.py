"""Each year: is the project still needed, are its members still right? Overdue, it asks for nothing new."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.notices import services as notices
from apps.projects.models import Project
from apps.projects.services.ending import DAYS_BEFORE, due_notice, owners_of
from apps.projects.services.founding import in_a_year
from apps.projects.services.support import locked, record
from kernel.actors import Actor

REVIEW_DAYS = (*DAYS_BEFORE, 0)


@transaction.atomic
def confirm_review(*, actor: Actor, person: Person, project: Project) -> Project:
    """Say that the project is still needed and its members are right: due again a year from today.

    Raises Missing, Forbidden.
    """
    project = locked(person, project, "manage")
    before = {"review_due_on": project.review_due_on.isoformat() if project.review_due_on else None}
    project.review_due_on = in_a_year(timezone.localdate())
    project.save(update_fields=["review_due_on"])
    after = {"review_due_on": project.review_due_on.isoformat()}
    record(actor, "project.reviewed", project, before=before, after=after)
    return project


@transaction.atomic
def warn_of_reviews() -> int:
    """Tell owners of reviews that come near, and on their day; return how many were looked at."""
    today = timezone.localdate()
    until = date.fromordinal(today.toordinal() + max(REVIEW_DAYS))
    near = Project.objects.filter(archived_at=None, review_due_on__gte=today, review_due_on__lte=until)
    looked = 0
    for project in near.order_by("review_due_on", "id"):
        looked += 1
        _warn(project, today)
    return looked


def _warn(project: Project, today: date) -> None:
    day = project.review_due_on
    due = due_notice(today, day, date.min, REVIEW_DAYS) if day else None
    if day is None or due is None:
        return
    notices.notify(
        kind="project.review_due",
        recipients=owners_of(project),
        params={"project": project.name, "due_on": day.isoformat()},
        path=f"/projects/{project.slug}/review/",
        once=f"review:{project.id}:{day.isoformat()}:{due}",
    )
