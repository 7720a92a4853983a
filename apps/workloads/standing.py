"""How an app stands for whoever looks now: what was seen last, and whether that may still be believed.

An observation ages. Where a part that would have to be asked does not answer, or where nobody has looked
for a long time, the state is not known any more: pages and the API say so, with the age and what is away.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.workloads.enums import Desired
from apps.workloads.models import App
from orchestration.states import ObservedState

STALE_AFTER = timedelta(minutes=15)  #: three times as long as the reconciler leaves a settled app alone
#: parts without which a running app cannot be seen
NEEDED = ("nomad", "consul", "traefik")
_CLAIMED = frozenset({ObservedState.RUNNING, ObservedState.DEGRADED})
#: states that stay true while nobody looks
_SETTLED = frozenset(
    {
        ObservedState.GONE,
        ObservedState.UNKNOWN,
        ObservedState.STOPPED,
        ObservedState.ASLEEP,
        ObservedState.ARCHIVED,
        ObservedState.FAILED,
    }
)


@dataclass(frozen=True)
class Standing:
    """State and reason, as they may be told now."""

    state: str
    code: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    message: str = ""  #: English detail from outside
    waits_for: str = ""  #: a part that cannot be reached
    seen_at: datetime | None = None  #: the newest thing that was really seen of it

    @property
    def known(self) -> bool:
        """Whether what was seen may still be believed."""
        return self.state != ObservedState.UNKNOWN


def standing(app: App, now: datetime, away: Collection[str] = ()) -> Standing:
    """How an app stands; `away`: parts of the platform that do not answer at the moment."""
    seen = app.observation
    newest = max(filter(None, (seen.observed_at, seen.answered_at)), default=None)
    told = Standing(seen.state, seen.reason_code, dict(seen.facts), seen.message, seen.waiting_for, newest)
    if app.desired == Desired.REQUESTED and app.gone_at is None:
        return Standing(ObservedState.PENDING, "approval.waiting", seen_at=newest)
    missing = next((part for part in NEEDED if part in away), "")
    if missing and seen.state in _CLAIMED:
        return Standing(ObservedState.UNKNOWN, f"{missing}.unavailable", waits_for=missing, seen_at=newest)
    believed = seen.state not in _SETTLED and not seen.waiting_for
    if newest is not None and now - newest > STALE_AFTER and believed:
        minutes = int((now - newest).total_seconds() // 60)
        return Standing(ObservedState.UNKNOWN, "seen.stale", {"minutes": minutes}, seen_at=newest)
    return told
