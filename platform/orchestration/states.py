"""The observed states, conditions and reasons: one vocabulary for the engine, pages, mails and the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ObservedState(StrEnum):
    """What was seen of an app (design 3)."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    PLACING = "placing"
    STARTING = "starting"
    RUNNING = "running"
    DEGRADED = "degraded"
    FAILED = "failed"
    STOPPED = "stopped"
    ASLEEP = "asleep"
    STOPPING = "stopping"
    ARCHIVED = "archived"
    GONE = "gone"


class ConditionType(StrEnum):
    """The six steps of the chain, in order."""

    SECRETS_READY = "SecretsReady"
    JOB_REGISTERED = "JobRegistered"
    HEALTHY = "Healthy"
    REGISTERED = "Registered"
    ROUTED = "Routed"
    ANSWERING = "Answering"


@dataclass(frozen=True)
class Condition:
    """One step: true, false or unknown, and why."""

    type: ConditionType
    status: str  #: true, false, unknown
    reason: str = ""  #: a stable code
    message: str = ""  #: English detail from outside, redacted
    since: str = ""  #: RFC 3339; kept by the caller while status and reason stay
    facts: Mapping[str, object] = field(default_factory=dict)  #: figures of the reason, as Pass.facts


@dataclass(frozen=True)
class Pass:
    """What one look, and at most one change, found."""

    state: ObservedState
    conditions: tuple[Condition, ...]
    changed: bool  #: an outside object was written: look again at once
    done: bool  #: the desired state was reached and seen
    reason_code: str | None = None
    message: str | None = None
    retryable: bool = True
    part: str | None = None  #: what could not be reached
    facts: dict[str, object] = field(
        default_factory=dict
    )  #: figures for the explanation: exit code, dimension...
    look_again_s: float = 60.0  #: seconds until the next look
    released: frozenset[str] = frozenset()  #: parts of the quota seen free: "running", "storage"
    used: bool = False  #: the job was seen running: its reservation becomes use
    settled: frozenset[str] = (
        frozenset()
    )  #: parts seen right; given back, they are not read again for a while
    wrote: str | None = None  #: the part that this pass wrote
    job_version: int | None = None  #: Nomad's version of the job that was seen to be the wanted one
    job_submitted_ns: int = 0  #: when that version was registered, where this pass read it

    @property
    def failed(self) -> bool:
        """Whether what is wanted will not come by itself: the app failed, or stays on the release before."""
        return self.state is ObservedState.FAILED or self.reason_code == "job.reverted"
