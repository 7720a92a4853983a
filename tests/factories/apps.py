"""Apps, made the way members make them."""

from typing import Any
from uuid import UUID

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.approvals.services import Submitted
from apps.projects.selectors import personal_of
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from apps.workloads.models import Operation
from tests.cast import actor


def submit(
    person: Person, name: str = "wiki", *, project_id: UUID | None = None, template: str = "page", **more: Any
) -> Submitted:
    """Ask for an app; in the person's own project unless another is named."""
    own = personal_of(person)
    assert own is not None
    more.setdefault("parameters", {"title": "Hello"})
    return approvals.submit(
        actor=actor(person),
        person=person,
        project_id=project_id or own.id,
        template=template,
        name=name,
        **more,
    )


def remove(person: Person, app_id: UUID) -> Operation:
    """Delete it for good: what a lab keeps for a while is purged at once."""
    operation = workloads.delete(actor=actor(person), app_id=app_id)
    if operation.app.desired == Desired.ARCHIVED:
        return workloads.purge(actor=actor(person), app_id=app_id)
    return operation
