"""What one pass knows of the ones before: from the Observation to the engine's Context."""

from datetime import datetime, timedelta

from apps.workloads import lab
from apps.workloads.models import App, Observation
from kernel.drawing import draw
from orchestration.engine import Context
from orchestration.states import ObservedState

SETTLED_FOR = timedelta(seconds=60)


def context(app: App, observation: Observation, now: datetime) -> Context:
    """The engine's context; what was seen of another generation does not count."""
    mine = observation.seen_generation == app.generation
    young = observation.settled_at is not None and now - observation.settled_at < SETTLED_FOR
    return Context(
        now=now,
        changed_at=_changed_at(app, observation, now, mine=mine),
        rules=lab.rules(),
        new_secret=draw,
        answered_before=observation.ran_generation == app.generation,
        state=ObservedState(observation.state) if mine else None,
        serves=observation.serves,
        settled=frozenset(observation.settled) if mine and young else frozenset(),
        job_version=observation.job_version if mine else None,
    )


def _changed_at(app: App, observation: Observation, now: datetime, *, mine: bool) -> datetime:
    """Since when it could move. While a part is away, or a member's secret, no deadline of an app runs."""
    if mine and observation.waiting_for:
        return now
    moved = observation.moved_at if mine else None
    return max(app.desired_since, moved) if moved else app.desired_since
