"""One app to another version, as a person would do it alone; and what of its job becomes another."""

from dataclasses import dataclass
from uuid import UUID

from apps.accounts.models import Person
from apps.workloads import services as workloads
from apps.workloads.enums import Desired
from apps.workloads.models import App, Operation
from apps.workloads.specs import build
from kernel.actors import Actor
from kernel.errors import Conflict
from orchestration.drift import drift
from orchestration.render import render_job

#: path in the job, longest first -> the word for what is another
_PARTS = (
    (".Tasks[0].Config.image", "image"),
    (".Tasks[0].Config", "program"),
    (".Tasks[0].Driver", "program"),
    (".Tasks[0].Env", "settings"),
    (".Tasks[0].Templates", "secrets"),
    (".Tasks[0].Resources", "resources"),
    (".Tasks[0].Artifacts", "files"),
    (".Services", "address"),
    (".Volumes", "volumes"),
)
OTHER = "other"


@dataclass(frozen=True)
class Planned:
    """An upgrade of one app that nothing stands against."""

    plan: workloads.Plan
    changes: tuple[str, ...]
    dropped: tuple[str, ...]


def plan_upgrade(*, person: Person, app: App, version: str) -> Planned:
    """What the upgrade would come to; nothing is kept.

    Raises Conflict where the app is not one to upgrade now, Missing for no such version, Refused and
    RefusedMany naming what of the app does not fit the version.
    """
    _require_present(app)
    planned, kept = workloads.plan_upgrade(person=person, app=app, version=version)
    return Planned(planned, _changes(app, planned), kept.vanished)


def upgrade(
    *, actor: Actor, person: Person, app_id: UUID, version: str, reason: str, generation: int
) -> Operation:
    """Make the release, if the app is still at that generation; no decider is asked, the quota is.

    Raises as plan_upgrade does, and Conflict, QuotaExceeded: then the app is left as it was.
    """
    _require_present(App.objects.get(id=app_id))
    return workloads.upgrade(
        actor=actor, person=person, app_id=app_id, version=version, reason=reason, if_generation=generation
    )


def _require_present(app: App) -> None:
    """A release is made to run: what somebody stopped would start."""
    if app.desired != Desired.PRESENT:
        raise Conflict("fleet.not_present", desired=app.desired)


def _changes(app: App, planned: workloads.Plan) -> tuple[str, ...]:
    """Words for the parts of the job that become others, in the order of the table."""
    if app.release is None:
        return ()
    now = render_job(build(app, app.release))
    paths = [*drift(workloads.draft_job(app, planned), now), *drift(now, workloads.draft_job(app, planned))]
    words = {_word(path) for path in paths if not _ignored(path)}
    order = [*dict.fromkeys(word for _, word in _PARTS), OTHER]
    return tuple(word for word in order if word in words)


def _ignored(path: str) -> bool:
    """The service's Meta holds the release's number: always another."""
    return "paillasse-release" in path


def _word(path: str) -> str:
    return next((word for part, word in _PARTS if part in path), OTHER)
