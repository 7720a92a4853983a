"""Who may act on an app. The actor decides, so that no caller can forget to ask."""

from uuid import UUID

from apps.accounts.models import Person
from apps.projects import permissions
from apps.workloads.enums import LeaseState
from apps.workloads.models import App
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing

_PEOPLE = frozenset({"person", "token"})


def locked(*, actor: Actor, app_id: UUID, action: str, if_generation: int | None = None) -> App:
    """The app's row, locked, if the actor may do the action in its project; empty: that was asked already.

    Raises Missing, Forbidden, and Conflict where the app is not at the generation that the caller read.
    """
    app = App.objects.select_for_update(no_key=True).filter(id=app_id).first()
    if app is None:
        raise Missing
    if action:
        authorize(actor=actor, app=app, action=action)
    if app.gone_at is not None:
        raise Conflict("app.gone")
    if if_generation is not None and if_generation != app.generation:
        raise Conflict("app.moved_on", expected=if_generation, generation=app.generation)
    return app


def require_lease(app: App) -> None:
    """Raise Conflict where the end of its lease has put the app to sleep, or away: it is renewed first."""
    if app.lease_state in {LeaseState.ASLEEP_EXPIRED, LeaseState.ARCHIVED}:
        raise Conflict("lease.over", ends_on=app.ends_on)


def authorize(*, actor: Actor, app: App, action: str) -> None:
    """Raise Missing or Forbidden unless the actor may; the portal's own loops and rules may."""
    if actor.kind not in _PEOPLE:
        return
    person = Person.objects.filter(id=actor.id, is_active=True).first() if actor.id else None
    if person is None:
        raise Forbidden
    permissions.require(person, app.project, action)
