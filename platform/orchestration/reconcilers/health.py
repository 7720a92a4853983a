"""Whether the job's allocations run and Nomad holds them healthy. Nomad acts; the portal looks."""

from collections.abc import Sequence

from orchestration.causes import Cause, allocation_cause, placement_cause
from orchestration.ports import AllocState, DeploymentState
from orchestration.reconcilers.base import RIGHT, Observation, Reconciler, Verdict
from orchestration.render.job import PROGRESS_MARGIN_S
from orchestration.states import ConditionType, ObservedState

ACTIVE = frozenset({"running", "pending", "paused", "blocked", "unblocking", "initializing"})
STARTED = frozenset({"pending", "running"})
GRACE_S = 15  #: after a failure Nomad may place the allocation once more; only then it failed for good


class Health(Reconciler):
    """All wanted copies of the current version."""

    name = "health"
    condition = ConditionType.HEALTHY

    def observe(self) -> Observation:
        """Healthy copies first, then Nomad's verdict, then what is under way."""
        mine, deployment = self._mine(), self._deployment()
        active = deployment is not None and deployment.status in ACTIVE
        healthy = sum(_healthy(each, active=active) for each in mine)
        wanted = self.spec.resources.count
        if healthy >= wanted:
            return RIGHT
        if deployment is not None and deployment.status == "failed":
            return self._failed(mine, deployment)
        live = [each for each in mine if each.client_status in STARTED and each.desired_status == "run"]
        if self.scope.status.blocked is not None and not live:
            cause = placement_cause(self.scope.status.blocked)
            return _tell(Verdict.WAITING, ObservedState.PLACING, cause)
        if healthy and not active:
            cause = allocation_cause(mine, self.spec) or Cause("copies.missing")
            figures = {"healthy": healthy, "wanted": wanted}
            return _tell(Verdict.PARTLY, ObservedState.DEGRADED, cause, figures)
        return self._under_way(mine, live, active=active)

    def _mine(self) -> list[AllocState]:
        job = self.scope.status.job
        version = job.version if job else -1
        return [each for each in self.scope.status.allocations if each.job_version == version]

    def _deployment(self) -> DeploymentState | None:
        job, deployment = self.scope.status.job, self.scope.status.deployment
        return deployment if job and deployment and deployment.job_version == job.version else None

    def _failed(self, mine: Sequence[AllocState], deployment: DeploymentState) -> Observation:
        cause = allocation_cause(mine, self.spec)
        if cause is None and self.scope.status.blocked is not None:
            cause = placement_cause(self.scope.status.blocked)
        if cause is None:
            late = "progress deadline" in deployment.description
            cause = Cause("deadline.passed" if late else "check.failing", deployment.description)
        return _tell(Verdict.WRONG, ObservedState.FAILED, cause)

    def _under_way(
        self, mine: Sequence[AllocState], live: Sequence[AllocState], *, active: bool
    ) -> Observation:
        """Moving, or stopped moving."""
        cause = allocation_cause(mine, self.spec)
        late = self.ctx.age_s > self.spec.healthy_deadline_s + PROGRESS_MARGIN_S
        if mine and not live and not active and not self._just_failed(mine):
            return _tell(Verdict.WRONG, ObservedState.FAILED, cause or Cause("task.lost"))
        if late:
            facts: dict[str, object] = {"cause": cause.code} if cause else {}
            told = Cause("deadline.passed", cause.message if cause else "", facts)
            return _tell(Verdict.WRONG, ObservedState.FAILED, told)
        if not mine:
            return _tell(Verdict.WAITING, ObservedState.PENDING, Cause("job.evaluating"))
        return _tell(Verdict.WAITING, ObservedState.STARTING, cause or Cause("task.starting"))

    def _just_failed(self, mine: Sequence[AllocState]) -> bool:
        last = max((e.at_ns for each in mine for told in each.tasks.values() for e in told), default=0)
        return self.ctx.now.timestamp() - last / 1e9 < GRACE_S


def _healthy(alloc: AllocState, *, active: bool) -> bool:
    """Running and not known as unhealthy; without a deployment nobody gives a verdict."""
    if alloc.client_status != "running" or alloc.desired_status != "run":
        return False
    return alloc.healthy is True or (alloc.healthy is None and not active)


def _tell(
    verdict: Verdict, state: ObservedState, cause: Cause, figures: dict[str, int] | None = None
) -> Observation:
    facts = {**cause.facts, **(figures or {})}
    return Observation(verdict, state, cause.code, cause.message, facts=facts)
