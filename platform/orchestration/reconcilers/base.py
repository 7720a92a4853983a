"""The contract of a reconciler.

`observe` and `remains` never write. `create`, `update` and `delete` may be repeated without harm, because
names derive from the app's identity and writes compare first. None of them waits.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any

from orchestration.deployment import DeploymentState
from orchestration.policy import PolicyRules
from orchestration.ports import AllocState, Drivers, JobStatus
from orchestration.render import render_job
from orchestration.specs import AppSpec
from orchestration.states import ConditionType, ObservedState


@dataclass(frozen=True)
class Context:
    """What a pass knows besides the spec. Times come in: orchestration has no clock."""

    now: datetime
    changed_at: (
        datetime  #: the latest of: this generation began, a start or retry was asked, last seen running
    )
    rules: PolicyRules
    new_secret: Callable[[int], str]  #: draws a secret of that many characters
    answered_before: bool = False  #: this generation was seen running already
    state: ObservedState | None = None  #: what the last pass said
    serves: int | None = None  #: the release that was last seen to serve
    settled: frozenset[str] = frozenset()  #: the last pass's, if this generation's and younger than a minute
    job_version: int | None = None  #: the last pass's, if this generation's and no retry was asked since
    written: frozenset[str] = (
        frozenset()
    )  #: parts written in this run: what stays different is not written again

    @property
    def age_s(self) -> float:
        """Seconds since the change began."""
        return (self.now - self.changed_at).total_seconds()


class Verdict(Enum):
    """What an observation means for the chain."""

    RIGHT = "right"  #: as wanted: on to the next
    MISSING = "missing"  #: to be created
    DIFFERENT = "different"  #: to be updated
    PARTLY = "partly"  #: works in part: on to the next, and the app is degraded
    WAITING = "waiting"  #: it moves, or waits for somebody: look again
    WRONG = "wrong"  #: it will not become right by itself
    GONE = "gone"  #: seen gone, or never ours
    LEFT = "left"  #: still there, to be deleted


@dataclass(frozen=True)
class Observation:
    """What was seen of one outside object."""

    verdict: Verdict
    state: ObservedState = ObservedState.PENDING  #: what the app is, if the chain ends here
    reason: str = ""
    message: str = ""
    retryable: bool = True
    facts: dict[str, object] = field(default_factory=dict)


RIGHT = Observation(Verdict.RIGHT)
MISSING = Observation(Verdict.MISSING)
DIFFERENT = Observation(Verdict.DIFFERENT)
GONE = Observation(Verdict.GONE)
LEFT = Observation(Verdict.LEFT, ObservedState.STOPPING)


@dataclass
class Scope:
    """One pass over one app: what is asked twice is read once."""

    spec: AppSpec
    drivers: Drivers
    ctx: Context

    @cached_property
    def job(self) -> dict[str, Any]:
        """The rendered job; raises Refused."""
        return render_job(self.spec)

    @cached_property
    def status(self) -> JobStatus:
        """The job as Nomad has it."""
        return self.drivers.jobs.status(self.spec.names.job_id)

    @property
    def deployment(self) -> DeploymentState | None:
        """The deployment of the very version that stands."""
        job, deployment = self.status.job, self.status.deployment
        return deployment if job and deployment and deployment.job_version == job.version else None

    @property
    def current(self) -> list[AllocState]:
        """The allocations of the version that stands."""
        version = self.status.job.version if self.status.job else -1
        return [each for each in self.status.allocations if each.job_version == version]

    @property
    def canaries(self) -> list[AllocState]:
        """Healthy canaries of a release that is held back; none where nothing is."""
        if self.deployment is None or not self.deployment.holds_back:
            return []
        return [each for each in self.current if each.canary and each.healthy is True and each.runs]

    @property
    def held_back(self) -> bool:
        """Whether all canaries are healthy and wait to be let in, while the older version serves."""
        deployment = self.deployment
        return deployment is not None and deployment.holds_back and len(self.canaries) >= deployment.canaries


class Reconciler(ABC):
    """One outside object of one app."""

    name: str  #: as in Pass.settled
    condition: ConditionType | None = None  #: the condition that turns true with it
    settles: bool = False  #: once right it stays right for a while: nobody but the portal writes it

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.spec = scope.spec
        self.drivers = scope.drivers
        self.ctx = scope.ctx

    @abstractmethod
    def observe(self) -> Observation:
        """Compare what stands with what is wanted. Never writes."""


class Writer(Reconciler):
    """An object that the portal writes itself."""

    repeats: bool = False  #: several writes in a row are no sign of a quarrel

    @abstractmethod
    def wanted(self) -> Any:
        """What should stand."""

    @abstractmethod
    def create(self) -> None:
        """Make it."""

    @abstractmethod
    def update(self) -> None:
        """Make it what is wanted."""


class Removable(Reconciler):
    """An object of which nothing must stay when the app goes."""

    @abstractmethod
    def remains(self) -> Observation:
        """Whether anything of it still stands: LEFT, WAITING, or GONE once seen gone. Never writes."""

    @abstractmethod
    def delete(self) -> bool:
        """Ask for its removal; False where there is nothing that may still be asked."""
