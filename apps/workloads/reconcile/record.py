"""Writing down what a pass saw: observation, operation, timeline and quota, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from apps.notices import services as notices
from apps.quotas import services as quotas
from apps.workloads import explain
from apps.workloads.enums import Desired, OperationState
from apps.workloads.models import App, AppEvent, LastWords, Observation, Operation, Release
from apps.workloads.reconcile import claims
from apps.workloads.services.draft import bury
from apps.workloads.services.operations import OPEN
from apps.workloads.services.telling import concerned
from apps.workloads.services.wake import tell
from kernel.actors import system
from kernel.disarm import disarm_all
from kernel.redact import redact, redact_text
from orchestration.specs import Resources
from orchestration.states import Condition, ConditionType, ObservedState, Pass
from orchestration.survey import Expected

#: condition -> who tells of it, for the timeline
SOURCES = {
    "SecretsReady": "portal",
    "JobRegistered": "nomad",
    "Healthy": "nomad",
    "Registered": "consul",
    "Routed": "traefik",
    "Answering": "portal",
}
RECONCILER = system("reconciler")
REVERTED = "job.reverted"


@dataclass(frozen=True)
class Found:
    """What one turn of work came to."""

    seen: Pass
    now: datetime
    next_look: datetime
    moved: bool = False  #: something outside was written
    logs: Mapping[str, str] = field(default_factory=dict)
    expected: Expected | None = None  #: what the lists should show from now on


@transaction.atomic
def record(*, held: claims.Held, app: App, found: Found) -> None:
    """Write what was found of an app at the generation that `app` had when it was looked at.

    Where the app has moved on meanwhile nothing of its operations or quota is touched: another look follows
    at once. Raises LostClaim, and then nothing is written.
    """
    current = App.objects.select_for_update(no_key=True).get(id=app.id)
    claims.give_back(held, found.now, found.next_look)
    _write(app, replace(found, seen=_harmless(found.seen)))
    if current.generation == app.generation:
        _quota(current, found.seen)
        if found.seen.done and current.desired == Desired.ABSENT:
            bury(app=current, actor=RECONCILER)


def _harmless(seen: Pass) -> Pass:
    """The same in plain text: what checks got and tasks say are programs' own words."""
    return replace(
        seen,
        message=_plain(seen.message) if seen.message else seen.message,
        facts=disarm_all(seen.facts),
        conditions=tuple(
            replace(each, message=_plain(each.message), facts=disarm_all(each.facts))
            for each in seen.conditions
        ),
    )


def _plain(text: str) -> str:
    plain: str = disarm_all(text)
    return redact_text(plain)


def _write(app: App, found: Found) -> None:
    observation = Observation.objects.get(app_id=app.id)
    failed = found.seen.failed and not _failed_before(observation)
    before = _shown(observation)
    _tell_changes(app, observation, found.seen)
    _observe(observation, app, found)
    if _shown(observation) != before:
        tell(app.id)
    _operation(app, observation, found.seen, found.now)
    if failed:
        _tell_people(app, observation, found.now)


def _shown(seen: Observation) -> list[Any]:
    """What pages show of it; the times of answers alone are no news."""
    return [
        seen.generation,
        seen.state,
        seen.reason_code,
        seen.waiting_for,
        seen.conditions,
        seen.facts,
        seen.serves,
    ]


def _failed_before(observation: Observation) -> bool:
    """Whether this trouble was told of already."""
    return observation.state == ObservedState.FAILED or observation.reason_code == REVERTED


def _tell_people(app: App, seen: Observation, now: datetime) -> None:
    """The owners, and who asked for the app: once a change that fails, once an hour where it flaps."""
    notices.notify(
        kind="app.failed",
        recipients=concerned(app),
        params={"app": app.label, "project": app.project.name, "why": _reasons(seen)},
        path=f"/apps/{app.id}/",
        once=f"app.failed:{app.id}:{app.generation}:{now:%Y-%m-%dT%H}",
    )


def _reasons(seen: Observation) -> dict[str, str]:
    """The reason for each language; what the app itself answered stays on its page."""
    facts = {name: value for name, value in seen.facts.items() if name != "text"}
    told = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            told[language] = explain.why(seen.reason_code, facts)
    return told


def _observe(observation: Observation, app: App, found: Found) -> None:
    seen, now = found.seen, found.now
    if observation.state != seen.state:
        observation.state, observation.state_since = seen.state.value, now
    observation.conditions = _conditions(observation.conditions, seen.conditions, now)
    observation.reason_code, observation.message = seen.reason_code or "", seen.message or ""
    observation.facts, observation.retryable = redact(dict(seen.facts)), seen.retryable
    if found.moved or (observation.waiting_for and not seen.part):
        observation.moved_at = now
    _wait(observation, seen.part or "", now)
    _remember(observation, app, seen, now)
    if seen.done or seen.failed:
        observation.generation = app.generation
        observation.release = app.release.number if app.release else 0
    observation.serves = _serves(observation, app, seen)
    if seen.done and seen.state is ObservedState.RUNNING:
        observation.ran_generation, observation.answered_at = app.generation, now
        observation.logs = {}
    if found.logs:
        observation.logs = dict(found.logs)
        _keep_words(app, found)
    observation.expected = found.expected.stored() if found.expected else {}
    if not seen.part:
        observation.observed_at = now  # where a part was away, nothing was seen: the age goes on
    observation.save()


def _keep_words(app: App, found: Found) -> None:
    """The release's last words stay with it when a newer one is running."""
    if app.release is None:
        return
    told = {"reason_code": found.seen.reason_code or "", "facts": redact(dict(found.seen.facts))}
    kept = {"logs": dict(found.logs), "at": found.now, **told}
    LastWords.objects.update_or_create(release=app.release, defaults=kept)


def _serves(observation: Observation, app: App, seen: Pass) -> int | None:
    """The release behind the address: the wanted one once it runs; until then the one before."""
    if seen.done:
        running = seen.state is ObservedState.RUNNING and app.release is not None
        return app.release.number if running and app.release else None
    stands = seen.facts.get("serves")
    return stands if seen.reason_code == REVERTED and isinstance(stands, int) else observation.serves


def _wait(observation: Observation, part: str, now: datetime) -> None:
    """A part that cannot be reached, since when."""
    if observation.waiting_for != part:
        observation.waiting_for, observation.waiting_since = part, now if part else None


def _remember(observation: Observation, app: App, seen: Pass, now: datetime) -> None:
    """What the next pass need not read again; it is as old as its oldest part."""
    fresh = observation.seen_generation != app.generation or not observation.settled
    old = observation.settled_at is not None and now - observation.settled_at >= timedelta(seconds=60)
    if fresh or old:
        observation.settled_at = now
    observation.settled = sorted(seen.settled)
    observation.seen_generation, observation.job_version = app.generation, seen.job_version


def _conditions(
    before: list[dict[str, Any]], after: tuple[Condition, ...], now: datetime
) -> list[dict[str, Any]]:
    """As stored, with `since` kept while status and reason stay."""
    known = {(each["type"], each["status"], each["reason"]): each["since"] for each in before}
    return [
        {
            "type": each.type.value,
            "status": each.status,
            "reason": each.reason,
            "message": each.message,
            "since": known.get((each.type.value, each.status, each.reason), now.isoformat()),
        }
        for each in after
    ]


def _tell_changes(app: App, observation: Observation, seen: Pass) -> None:
    """The timeline: steps that were reached, and changes of state with their reason."""
    stood = {each["type"] for each in observation.conditions if each["status"] == "true"}
    if observation.seen_generation != app.generation:
        stood = set()
    events = [
        AppEvent(app=app, source=SOURCES[each.type.value], code=f"step.{each.type.value}")
        for each in seen.conditions
        if each.status == "true" and each.type.value not in stood
    ]
    events += [
        AppEvent(app=app, source=SOURCES[each.type.value], code=f"lost.{each.type}", params=_why(each))
        for each in seen.conditions
        if each.status == "false" and each.type.value in stood
    ]
    if (observation.state, observation.reason_code) != (seen.state.value, seen.reason_code or ""):
        told = {"reason_code": seen.reason_code, "message": seen.message, "facts": redact(dict(seen.facts))}
        events.append(AppEvent(app=app, source="portal", code=f"state.{seen.state.value}", params=told))
    AppEvent.objects.bulk_create(events)


def _why(condition: Condition) -> dict[str, Any]:
    facts = redact(dict(condition.facts))
    return {"reason_code": condition.reason, "message": condition.message, "facts": facts}


def _operation(app: App, observation: Observation, seen: Pass, now: datetime) -> None:
    """The operation that brought this generation about: under way, done or failed."""
    at_work = Operation.objects.filter(app_id=app.id, generation=app.generation, state__in=OPEN)
    operation = at_work.order_by("created_at").last()
    if operation is None:
        return
    operation.started_at = operation.started_at or now
    operation.state, operation.steps = OperationState.RUNNING, observation.conditions
    if seen.done:
        operation.state, operation.finished_at = OperationState.SUCCEEDED, now
    elif seen.failed:
        operation.state, operation.finished_at = OperationState.FAILED, now
        operation.error = {"code": seen.reason_code, "message": seen.message, "facts": observation.facts}
    operation.save()


def _quota(app: App, seen: Pass) -> None:
    """A reservation becomes use with the first live allocation; what was seen gone is free."""
    if seen.used and app.desired == Desired.PRESENT:
        quotas.mark_used(holder=app.id)
    if app.canary_generation == app.generation > 0:
        _end_surge(app, seen)
    if app.desired == Desired.ABSENT and seen.done:
        quotas.release(holder=app.id, parts={"all"})
    elif app.desired != Desired.PRESENT and seen.released:
        place = {"place"} if app.desired == Desired.ARCHIVED and "running" in seen.released else set()
        quotas.release(holder=app.id, parts=seen.released | place)


def _end_surge(app: App, seen: Pass) -> None:
    """The canaries were let in, or are gone: what they took beside what stands is free."""
    reverted = seen.reason_code == REVERTED
    if app.release is None or not (seen.done or reverted):
        return
    amounts = Resources(**app.release.resources).charge()
    serves = Release.objects.filter(app=app, number=app.observation.serves or 0).first()
    if reverted and serves is not None:
        amounts = amounts.larger(Resources(**serves.resources).charge())
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=amounts)


@transaction.atomic
def record_stuck(*, app: App, now: datetime) -> bool:
    """Park an app whose passes die again and again: visible, retryable, out of the way of the others."""
    App.objects.select_for_update(no_key=True).get(id=app.id)
    if not claims.park(app.id, now):
        return False
    seen = Pass(
        state=ObservedState.FAILED,
        conditions=_as_they_were(app),
        changed=False,
        done=False,
        reason_code="stuck",
        facts={"tries": claims.DEATHS_MAX},
    )
    _write(app, Found(seen=seen, now=now, next_look=now))
    return True


def _as_they_were(app: App) -> tuple[Condition, ...]:
    """The conditions last seen: a stuck app's are not known any better."""
    return tuple(
        Condition(ConditionType(each["type"]), each["status"], each["reason"], each["message"])
        for each in app.observation.conditions
    )


def note_answers(answered: list[UUID], now: datetime) -> None:
    """The prober's good news: these apps answered on their public address."""
    Observation.objects.filter(app_id__in=answered).update(answered_at=now)
