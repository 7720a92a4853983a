"""What a person asks for right now: secrets, and what a change would do.

Short timeouts, never in a transaction. Drivers raise Unavailable or Misconfigured; the caller says so, and
everything that PostgreSQL knows still works.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.projects import permissions
from apps.workloads import lab
from apps.workloads.models import App, Operation
from apps.workloads.services.planning import Plan, draft_job
from apps.workloads.services.secrets import note_secrets, require_standing
from apps.workloads.services.wake import wake
from apps.workloads.specs import build
from drivers.wiring import open_drivers
from kernel.actors import Actor
from kernel.drawing import draw
from kernel.errors import OutsideConflict, Refused, RefusedMany
from kernel.names import OutsideNames
from orchestration.foretell import Foretold, foretell
from orchestration.ports import Drivers
from orchestration.render.job import META_APP
from orchestration.specs import Secret

SECRET_MAX = 8192  #: characters
_TRIES = 3


def drivers() -> Drivers:
    """The ports, with this process's rights."""
    return open_drivers(lab.wiring())


def foretold(app: App, planned: Plan) -> Foretold:
    """What Nomad says this release would do to the copies that run: a plan, which changes nothing."""
    return foretell(drivers().jobs.plan(draft_job(app, planned)))


def secret_names(app: App) -> list[dict[str, Any]]:
    """The app's secrets: name, label, source, whether one is there, since when, by whom; never a value."""
    declared = _secrets(app)
    if not declared:
        return []
    state = drivers().secrets.secret_state(OutsideNames(app.slug).secret_path)
    known = frozenset(state.keys) if state else frozenset()
    updated = state.updated_at if state else ""
    marks = state.marks if state else {}
    return [
        {
            "name": each.name,
            "label": dict(each.label),
            "source": each.source,
            "provided": each.name in known,
            "updated_at": (marks.get(each.name, ("", ""))[0] or updated) if each.name in known else "",
            "set_by": marks.get(each.name, ("", ""))[1],
            "on_change": each.on_change,
            "signal": each.signal,
        }
        for each in declared
    ]


def reveal_secret(*, actor: Actor, person: Person, app: App) -> dict[str, str]:
    """The values, for one who may see them. The audit row is committed before anything is read."""
    permissions.require(person, app.project, "reveal")
    _audit(actor, app, "secret.revealed", [each.name for each in _secrets(app)])
    values = drivers().secrets.read_secret(OutsideNames(app.slug).secret_path)
    return {each.name: values[each.name] for each in _secrets(app) if each.name in values}


def provide_secret(*, actor: Actor, person: Person, app: App, values: Mapping[str, str]) -> None:
    """Write what the template asks of members, straight to Vault with a right that cannot read (design 8.2).

    One that was there already makes a release. What a running app does with it the template says
    (`on_change`). Raises RefusedMany with fields `secrets.<name>`, Conflict where nothing stands.
    """
    permissions.require(person, app.project, "deploy")
    _check(app, values)
    _require_standing_now(app)
    _audit(actor, app, "secret.provided", sorted(values))
    if replaced := sorted(_write(app, values, actor) & set(values)):
        note_secrets(actor=actor, app_id=app.id, names=replaced)
    else:
        with transaction.atomic():
            wake(app.id)


def rotate_secret(*, actor: Actor, person: Person, app: App, names: Collection[str] = ()) -> Operation:
    """Draw new values: of all generated secrets, or of those named, a member's own too. Nobody sees them.

    Makes a release. Raises RefusedMany for a name that the app has not, Conflict where nothing stands.
    """
    permissions.require(person, app.project, "deploy")
    declared = {each.name: each for each in _secrets(app)}
    chosen = sorted(set(names)) or [each.name for each in declared.values() if each.source == "generated"]
    unknown = [name for name in chosen if name not in declared]
    if unknown:
        raise RefusedMany([Refused("secret.unknown", field="names", name=name[:40]) for name in unknown])
    if not chosen:
        raise RefusedMany([Refused("secret.none", field="names")])
    _require_standing_now(app)
    _audit(actor, app, "secret.rotated", chosen)
    _write(app, {name: draw(declared[name].length) for name in chosen}, actor)
    return note_secrets(actor=actor, app_id=app.id, names=chosen)


def _require_standing_now(app: App) -> None:
    """Raise Conflict where the app went meanwhile: what is written after its purge, nobody removes."""
    app.refresh_from_db(fields=("desired",))
    require_standing(app)


def _secrets(app: App) -> tuple[Secret, ...]:
    return build(app, app.release).secrets if app.release else ()


def _check(app: App, values: Mapping[str, str]) -> None:
    asked = {each.name for each in _secrets(app) if each.source == "member"}
    refusals = []
    for name, value in values.items():
        field = f"secrets.{name[:40]}"
        if name not in asked:
            refusals.append(Refused("secret.unknown", field=field, name=name[:40]))
        elif not value or len(value) > SECRET_MAX or "\x00" in value:
            refusals.append(Refused("secret.length", field=field, limit=SECRET_MAX))
    if refusals or not values:
        raise RefusedMany(refusals or [Refused("secret.none", field="secrets")])


def _write(app: App, values: Mapping[str, str], actor: Actor) -> frozenset[str]:
    """Write by compare-and-set; the reconciler may draw a generated one at the same moment.

    Returns the names that were there before.
    """
    secrets, path = drivers().secrets, OutsideNames(app.slug).secret_path
    now = timezone.now().isoformat(timespec="seconds")
    marks = {META_APP: str(app.id), "paillasse.project": str(app.project_id), "at": now, "by": actor.label}
    for attempt in range(1, _TRIES + 1):
        state = secrets.secret_state(path)
        try:
            secrets.write_secret(path, values, cas=state.version if state else 0, metadata=marks)
        except OutsideConflict:
            if attempt == _TRIES:
                raise
        else:
            return frozenset(state.keys if state else ())
    raise AssertionError("the last try raises")


def _audit(actor: Actor, app: App, verb: str, names: list[str]) -> None:
    """In a transaction of its own: `durable` refuses to be part of one that could still be undone."""
    with transaction.atomic(durable=True):
        audit.record(
            actor=actor,
            verb=verb,
            target_kind="app",
            target_id=app.id,
            target_label=app.label,
            project_id=app.project_id,
            after={"names": names},
        )
