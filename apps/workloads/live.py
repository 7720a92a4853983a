"""What a person asks for right now: logs, secrets, a restart in place.

Short timeouts, never in a transaction. Drivers raise Unavailable or Misconfigured; the caller says so, and
everything that PostgreSQL knows still works.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.projects import permissions
from apps.workloads import lab
from apps.workloads.models import App
from apps.workloads.services.wake import wake
from apps.workloads.specs import build
from drivers.wiring import open_drivers
from kernel.actors import Actor
from kernel.errors import Conflict, Missing, OutsideConflict, Refused, RefusedMany
from kernel.names import OutsideNames
from kernel.redact import redact_text
from orchestration.ports import AllocState, Drivers
from orchestration.render.job import META_APP
from orchestration.specs import Secret

SECRET_MAX = 8192  #: characters
STREAMS = ("stdout", "stderr")
_TRIES = 3


def drivers() -> Drivers:
    """The ports, with this process's rights."""
    return open_drivers(lab.wiring())


def log_tail(app: App, *, limit_bytes: int = 65536) -> dict[str, str]:
    """The last lines of out and err: of the newest allocation, else those kept from the last failure."""
    alloc = _newest(drivers(), app)
    if alloc is None:
        return dict(app.observation.logs)
    task = _task(alloc)
    read = drivers().jobs.log_tail
    texts = {stream: redact_text(read(alloc.id, task, stream, limit_bytes=limit_bytes)) for stream in STREAMS}
    return {**texts, "task": task, "allocation": alloc.id}


def log_follow(app: App, stream: str) -> Iterator[str]:
    """The last lines of a stream and what follows; empty text is a sign of life. Raises Missing, Refused."""
    if stream not in STREAMS:
        raise Refused("logs.stream", field="stream")
    opened = drivers()
    alloc = _newest(opened, app)
    if alloc is None:
        raise Missing("logs.none")
    return opened.jobs.log_follow(alloc.id, _task(alloc), stream)


def secret_names(app: App) -> list[dict[str, Any]]:
    """The app's secrets: name, label, source, and whether a value is there; never a value."""
    declared = _secrets(app)
    if not declared:
        return []
    state = drivers().secrets.secret_state(OutsideNames(app.slug).secret_path)
    known = frozenset(state.keys) if state else frozenset()
    updated = state.updated_at if state else ""
    return [
        {
            "name": each.name,
            "label": dict(each.label),
            "source": each.source,
            "provided": each.name in known,
            "updated_at": updated if each.name in known else "",
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

    Raises RefusedMany with fields `secrets.<name>`. An app that runs already takes it with the next restart.
    """
    permissions.require(person, app.project, "deploy")
    if app.gone_at is not None:
        raise Conflict("app.gone")
    _check(app, values)
    _audit(actor, app, "secret.provided", sorted(values))
    _write(app, values)
    with transaction.atomic():
        wake(app.id)


def restart(*, actor: Actor, person: Person, app: App) -> int:
    """Restart the tasks in place, at once; returns how many allocations. services.restart replaces them.

    Raises Conflict where nothing runs.
    """
    permissions.require(person, app.project, "operate")
    opened = drivers()
    running = [each for each in _allocations(opened, app) if each.client_status == "running"]
    if not running:
        raise Conflict("app.not_running")
    _audit(actor, app, "app.restarted_in_place", [each.id for each in running])
    for alloc in running:
        opened.jobs.restart(alloc.id)
    return len(running)


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


def _write(app: App, values: Mapping[str, str]) -> None:
    """Write by compare-and-set; the reconciler may draw a generated one at the same moment."""
    secrets, path = drivers().secrets, OutsideNames(app.slug).secret_path
    marks = {META_APP: str(app.id), "paillasse.project": str(app.project_id)}
    for attempt in range(1, _TRIES + 1):
        state = secrets.secret_state(path)
        try:
            secrets.write_secret(path, values, cas=state.version if state else 0, metadata=marks)
        except OutsideConflict:
            if attempt == _TRIES:
                raise
        else:
            return


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


def _allocations(opened: Drivers, app: App) -> tuple[AllocState, ...]:
    return opened.jobs.status(OutsideNames(app.slug).job_id).allocations


def _newest(opened: Drivers, app: App) -> AllocState | None:
    """The running one, else the one that changed last."""
    found = _allocations(opened, app)
    return max(found, key=lambda each: (each.client_status == "running", each.modify_index), default=None)


def _task(alloc: AllocState) -> str:
    return next(iter(alloc.tasks or alloc.task_states), "app")
