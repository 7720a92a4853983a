"""Whom what happens to an app concerns, and telling them."""

from uuid import UUID

from apps.notices import services as notices
from apps.projects import selectors as projects
from apps.projects.enums import Role
from apps.workloads.models import App
from kernel.actors import Actor


def concerned(app: App) -> set[UUID]:
    """The owners of its project, and who asked for it while they are a member."""
    members = dict(projects.members_of(app.project).values_list("person_id", "role"))
    return {person for person, role in members.items() if role == Role.OWNER or person == app.requester_id}


def notify(kind: str, *, app: App, actor: Actor, receipt: bool = False, **params: object) -> None:
    """Tell them what somebody did with their app; `receipt`: whoever did it too.

    Loops and leases tell by themselves what they do.
    """
    if actor.kind not in {"person", "token"}:
        return
    people = concerned(app)
    notices.notify(
        kind=kind,
        recipients=people if receipt else people - {actor.id},
        params={"app": app.label, "project": app.project.name, "by": actor.label, **params},
        path=f"/apps/{app.id}/",
    )
