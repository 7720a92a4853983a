"""Terms of one project's leases, set by an admin."""

from uuid import UUID

from django.db import transaction

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.leases.models import ProjectTerms
from apps.projects.models import Project
from kernel.actors import Actor
from kernel.errors import Forbidden, Refused

DAYS_MAX = 3650


@transaction.atomic
def set_terms(
    *,
    actor: Actor,
    person: Person,
    project_id: UUID,
    default_days: int | None,
    max_days: int | None,
    reason: str = "",
) -> ProjectTerms:
    """Set the days of a project's leases; none: as the lab's. Leases that stand keep their end.

    Raises Forbidden to whoever is no admin, Refused naming `default_days`, `max_days`.
    """
    if not person.is_admin:
        raise Forbidden("forbidden", action="lease")
    _check(default_days, max_days)
    project = Project.objects.select_for_update(no_key=True).get(id=project_id)
    row = ProjectTerms.objects.filter(project=project).first() or ProjectTerms(project=project)
    before = {"default_days": row.default_days, "max_days": row.max_days}
    row.default_days, row.max_days = default_days, max_days
    row.save()
    audit.record(
        actor=actor,
        verb="lease.terms_set",
        target_kind="project",
        target_id=project.id,
        target_label=project.name,
        project_id=project.id,
        reason=reason.strip(),
        before=before,
        after={"default_days": default_days, "max_days": max_days},
    )
    return row


def _check(default_days: int | None, max_days: int | None) -> None:
    for field, days in (("default_days", default_days), ("max_days", max_days)):
        if days is not None and not 1 <= days <= DAYS_MAX:
            raise Refused("lease.days", field=field, limit=DAYS_MAX)
    if default_days is not None and max_days is not None and default_days > max_days:
        raise Refused("lease.default_beyond", field="default_days", limit=max_days)
