"""The Nomad job: registered by compare-and-set, stopped, purged."""

from dataclasses import replace
from typing import Any

from kernel.errors import Misconfigured, OutsideRefused
from orchestration.causes import allocation_cause
from orchestration.drift import drift
from orchestration.policy import judge
from orchestration.ports import JobState
from orchestration.reconcilers.base import (
    DIFFERENT,
    GONE,
    LEFT,
    MISSING,
    RIGHT,
    Observation,
    Removable,
    Verdict,
    Writer,
)
from orchestration.render.job import META_APP, SERVICE_META_RELEASE
from orchestration.states import ConditionType, ObservedState

LIVE = frozenset({"pending", "running", "unknown"})  #: unknown: its node is cut off and may still run it
SETTLES_S = 20.0  #: longer than Nomad takes to end a deployment whose allocations are all healthy
_NOT_OURS = Observation(Verdict.WRONG, ObservedState.FAILED, "job.not_ours", retryable=False)


class Job(Writer, Removable):
    """Always rendered anew, never read, edited and sent back: Nomad adds constraints to what it holds."""

    name = "job"
    condition = ConditionType.JOB_REGISTERED

    def wanted(self) -> dict[str, Any]:
        """The rendered job."""
        return self.scope.job

    def _ours(self, job: JobState) -> bool:
        return job.meta.get(META_APP) == self.spec.app_id

    def observe(self) -> Observation:
        """Compare field by field; a job that Nomad rolled back is looked at as it stands, not sent again."""
        job = self.scope.status.job
        if job is not None and not self._ours(job):
            return _NOT_OURS
        changes = drift(self.wanted(), job.raw) if job is not None else ()
        if job is not None and not job.stopped and not changes:
            return RIGHT
        if job is not None and self._reverted(job):
            return self._revert_told()
        if violations := judge(self.wanted(), self.ctx.rules):
            told = [f"{each.code} {each.path}" for each in violations]
            return Observation(
                Verdict.WRONG,
                ObservedState.FAILED,
                "policy.refused",
                "; ".join(told)[:500],
                retryable=False,
                facts={"violations": told},
            )
        if self._settles():
            return Observation(Verdict.WAITING, ObservedState.STARTING, "job.evaluating")
        return MISSING if job is None else replace(DIFFERENT, message=", ".join(changes)[:500])

    def _settles(self) -> bool:
        """Whether what stands is healthy, and Nomad is about to hold it for stable.

        What is registered before cancels its deployment, and leaves Nomad no version to go back to.
        """
        seen, age_s = self.scope.deployment, self.ctx.age_s
        if seen is None or seen.status != "running" or seen.holds_back or age_s > SETTLES_S:
            return False
        return 0 < seen.desired <= seen.healthy

    def _tried(self) -> list[Any]:
        """Allocations of the version that was ours."""
        return [each for each in self.scope.status.allocations if each.job_version == self.ctx.job_version]

    def _reverted(self, job: JobState) -> bool:
        """Our version was seen to stand, its allocations got unhealthy, and another one stands now."""
        known = self.ctx.job_version
        moved = known is not None and job.version > known and not job.stopped
        return moved and any(each.healthy is False for each in self._tried())

    def _revert_told(self) -> Observation:
        cause = allocation_cause(self._tried(), self.spec)
        facts: dict[str, object] = {"release": self.spec.release, "serves": self._stands() or self.ctx.serves}
        facts |= {"cause": cause.code, **cause.facts} if cause else {}
        message = cause.message if cause else ""
        return Observation(Verdict.PARTLY, ObservedState.DEGRADED, "job.reverted", message, facts=facts)

    def _stands(self) -> int | None:
        """The release that the job in Nomad was rendered from: its service says so."""
        job = self.scope.status.job
        groups = job.raw.get("TaskGroups") or () if job else ()
        services = [each for group in groups for each in group.get("Services") or ()]
        told = [(each.get("Meta") or {}).get(SERVICE_META_RELEASE, "") for each in services]
        return next((int(each) for each in told if each.isdigit()), None)

    def create(self) -> None:
        """Register if no job of that name stands."""
        self.drivers.jobs.register(self.wanted(), expected_index=0)

    def update(self) -> None:
        """Register over what was observed."""
        job = self.scope.status.job
        self.drivers.jobs.register(self.wanted(), expected_index=job.modify_index if job else 0)

    def live(self) -> bool:
        """Whether anything of the app may still run."""
        return any(each.client_status in LIVE for each in self.scope.status.allocations)

    def remains(self) -> Observation:
        """A stopped job without a live allocation counts as gone: Nomad collects it."""
        job = self.scope.status.job
        if job is not None and not self._ours(job):
            return _NOT_OURS
        if job is not None and not job.stopped:
            return LEFT
        if self.live():
            return Observation(Verdict.WAITING, ObservedState.STOPPING, "job.stopping")
        return GONE

    def delete(self) -> bool:
        """Stop it; its allocations end in their own time."""
        self.drivers.jobs.stop(self.spec.names.job_id)
        return True


class PurgedJob(Job):
    """The same when the app goes for good."""

    name = "purged_job"

    def remains(self) -> Observation:
        """A dead job is removed too, once nothing of it lives."""
        seen = super().remains()
        return LEFT if seen is GONE and self.scope.status.job is not None else seen

    def delete(self) -> bool:
        """Stop it, then purge it. Without the right to purge, dead is as good as gone."""
        job = self.scope.status.job
        if job is not None and not job.stopped:
            return super().delete()
        try:
            self.drivers.jobs.stop(self.spec.names.job_id, purge=True)
        except (Misconfigured, OutsideRefused):
            return False
        return True
