"""One turn of work on one app: claim, look and change outside, write down, give back.

No transaction is open while anything outside is called.
"""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from apps.workloads import lab
from apps.workloads.models import App, Claim
from apps.workloads.reconcile import claims
from apps.workloads.reconcile.figures import with_closest
from apps.workloads.reconcile.lastwords import last_words
from apps.workloads.reconcile.memory import context
from apps.workloads.reconcile.record import Found, record, record_stuck
from apps.workloads.specs import build
from drivers.wiring import open_drivers
from orchestration import engine
from orchestration.ports import Drivers
from orchestration.specs import AppSpec, Desired
from orchestration.states import Pass
from orchestration.survey import expected

PASSES_MAX = 20  #: at once; a chain has fewer writes than that
RENEW_AFTER = timedelta(seconds=5)
STEADY = timedelta(seconds=300)  #: events, the prober and surveys come sooner; each survey puts it off
AFTER_A_DEFECT = timedelta(seconds=5)
ELBOW_ROOM_S = 0.02  #: seconds between looks for each app that moves: many together must not starve the lab
log = structlog.get_logger(__name__)


def reconcile(app_id: UUID, drivers: Drivers | None = None) -> Pass | None:
    """Bring an app nearer to what is wanted of it; None where it was not due, not free, or lost meanwhile.

    May be called at any time, any number of times, from any process.
    """
    now = timezone.now()
    held = claims.take(app_id, now)
    if held is None:
        _park_if_stuck(app_id, now)
        return None
    app = _load(app_id)
    try:
        return _work(held, app, drivers or open_drivers(lab.wiring()))
    except claims.LostClaim:
        log.info("workloads.claim_lost", slug=app.slug, fence=held.fence)
    except Exception:
        log.exception("workloads.pass_died", slug=app.slug, fence=held.fence)
        _after_a_defect(held)
    return None


def _work(held: claims.Held, app: App, drivers: Drivers) -> Pass:
    spec = build(app, app.release) if app.release else None
    if spec is None:
        raise ValueError(f"{app.slug} is due and has no release")
    seen, moved = _passes(held, app, spec, drivers)
    logs: dict[str, str] = {}
    if seen.failed and not _failed_already(app, seen):
        logs = last_words(spec, drivers)
    seen = with_closest(seen, spec)
    now = timezone.now()
    found = Found(
        seen=seen,
        moved=moved,
        logs=logs,
        now=now,
        next_look=now + next_look(seen),
        expected=expected(spec, _desired(app), seen),
    )
    record(held=held, app=app, found=found)
    return seen


def _passes(held: claims.Held, app: App, spec: AppSpec, drivers: Drivers) -> tuple[Pass, bool]:
    """Passes at once for as long as each changed something; the last one, and whether any changed something.

    The lease is prolonged on the way, and the clock of deadlines starts anew with each change.
    """
    renewed = timezone.now()
    ctx = context(app, app.observation, renewed)
    seen, moved = engine.step(spec, _desired(app), drivers, ctx=ctx), False
    for _ in range(PASSES_MAX - 1):
        if not seen.changed:
            break
        now, moved = timezone.now(), True
        if now - renewed > RENEW_AFTER:
            claims.renew(held, now)
            renewed = now
        written = ctx.written | ({seen.wrote} if seen.wrote else frozenset())
        ctx = replace(ctx, now=now, changed_at=now, settled=seen.settled, written=written)
        ctx = replace(ctx, job_version=seen.job_version, state=seen.state)
        seen = engine.step(spec, _desired(app), drivers, ctx=ctx)
    return seen, moved


def _desired(app: App) -> Desired:
    """As the engine says it; what is only requested is never due."""
    wanted: Desired = app.desired  # type: ignore[assignment]
    return wanted


def next_look(seen: Pass) -> timedelta:
    """How long to wait: as the engine says; longer where all is well or many move; never in step."""
    wait = STEADY if seen.done else timedelta(seconds=seen.look_again_s)
    if wait <= timedelta(seconds=1):
        soon = timezone.now() + timedelta(seconds=1)
        moving = Claim.objects.filter(due_at__lte=soon).count()
        wait = max(wait, timedelta(seconds=moving * ELBOW_ROOM_S))
    return wait * random.uniform(0.9, 1.1)


def _failed_already(app: App, seen: Pass) -> bool:
    """Whether the last words of this failure are kept."""
    before = app.observation
    same = (before.state, before.reason_code) == (seen.state.value, seen.reason_code or "")
    return same and before.seen_generation == app.generation and bool(before.logs)


def _load(app_id: UUID) -> App:
    related = ("project", "template", "observation", "release__template_version")
    return App.objects.select_related(*related).get(id=app_id)


def _after_a_defect(held: claims.Held) -> None:
    """Something that no driver's error explains: try again a little later, and count it as a death."""
    now: datetime = timezone.now()
    try:
        claims.give_back(held, now, now + AFTER_A_DEFECT, orderly=False)
    except claims.LostClaim:
        log.info("workloads.claim_lost", fence=held.fence)


def _park_if_stuck(app_id: UUID, now: datetime) -> None:
    stuck = Claim.objects.filter(app_id=app_id, tries__gte=claims.DEATHS_MAX, due_at__lte=now).exists()
    if stuck and record_stuck(app=_load(app_id), now=now):
        log.error("workloads.parked", app_id=str(app_id))
