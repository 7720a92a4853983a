"""Apps, made the way members make them."""

from typing import Any
from uuid import UUID

from apps.accounts.models import Person
from apps.approvals import services as approvals
from apps.approvals.services import Submitted
from apps.projects.selectors import personal_of
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
