"""What every move of a lease writes: the state on the locked app, its audit row, a line of the timeline."""

from datetime import date, datetime

from apps.audit import services as audit
from apps.leases.enums import Move
from apps.leases.transitions import check
from apps.workloads.models import App
from apps.workloads.services import operations
from kernel.actors import Actor, system

CLOCK = system("lease")
_KEPT = ("lease_state", "lease_since", "lease_warned_at", "ends_on", "always_on")


def move(app: App, how: Move, actor: Actor, now: datetime, **changes: date | bool | None) -> None:
    """Move a locked app's lease, and what else changes of it. Raises Conflict where that is no move."""
    before = told(app)
    app.lease_state = check(how, app.lease_state)
    app.lease_since, app.lease_warned_at = now, None
    for name, value in changes.items():
        setattr(app, name, value)
    app.save(update_fields=_KEPT)
    note(app, "lease.always_on" if app.always_on else f"lease.{how.value}", actor, before)


def note(app: App, verb: str, actor: Actor, before: dict[str, object]) -> None:
    """The audit row of what changed, and the timeline's line."""
    operations.tell(app=app, code=verb, actor=actor, ends_on=str(app.ends_on or ""))
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        before=before,
        after=told(app),
    )


def told(app: App) -> dict[str, object]:
    """The lease as the audit tells it."""
    ends_on = app.ends_on.isoformat() if app.ends_on else None
    return {"lease": str(app.lease_state), "ends_on": ends_on, "always_on": app.always_on}
