"""Whether the job's allocations run and Nomad holds them healthy. Nomad acts; the portal looks."""

from collections.abc import Sequence

from orchestration.causes import Cause, allocation_cause, placement_cause
from orchestration.checks import asked
from orchestration.deployment import DEPLOYING, DeploymentState
from orchestration.ports import AllocState
from orchestration.reconcilers.base import RIGHT, Observation, Reconciler, Verdict
from orchestration.reconcilers.stranded import stranded
from orchestration.render.job import PROGRESS_MARGIN_S
from orchestration.states import ConditionType, ObservedState

STARTED = frozenset({"pending", "running"})
GRACE_S = 15  #: after a failure Nomad may place the allocation once more; only then it failed for good


class Health(Reconciler):
    """All wanted copies of the current version."""

    name = "health"
    condition = ConditionType.HEALTHY

    def observe(self) -> Observation:
        """Healthy copies first, then Nomad's verdict, then what is under way."""
        mine, deployment = self.scope.current, self.scope.deployment
        if deployment is not None and self.scope.held_back:
            return self._held_back(deployment)
        active = deployment is not None and deployment.status in DEPLOYING
        healthy = sum(_healthy(each, active=active) for each in mine)
        wanted = self.spec.resources.count
        if healthy >= wanted and not (deployment is not None and deployment.holds_back):
            return RIGHT
        if deployment is not None and deployment.status == "failed":
            return self._failed(mine, deployment)
        live = [each for each in mine if each.client_status in STARTED and each.desired_status == "run"]
        if self.scope.status.blocked is not None and not live:
            cause = self._stranded() or placement_cause(self.scope.status.blocked, self.spec.resources)
            return _tell(Verdict.WAITING, ObservedState.PLACING, cause)
        if healthy and not active:
            cause = allocation_cause(mine, self.spec) or Cause("copies.missing")
            figures = {"healthy": healthy, "wanted": wanted}
            return _tell(Verdict.PARTLY, ObservedState.DEGRADED, cause, figures)
        return self._under_way(mine, live, active=active)

    def _held_back(self, deployment: DeploymentState) -> Observation:
        """The older version serves; what stands beside it waits to be let in."""
        older = [each for each in self.scope.status.allocations if each not in self.scope.current]
        serves = any(each.runs for each in older)
        figures = {"healthy": len(self.scope.canaries), "wanted": deployment.canaries}
        code = "canary.promoting" if deployment.auto_promote or self.spec.promoted else "canary.waiting"
        state = ObservedState.RUNNING if serves else ObservedState.STARTING
        return _tell(Verdict.PARTLY if serves else Verdict.WAITING, state, Cause(code), figures)

    def _failed(self, mine: Sequence[AllocState], deployment: DeploymentState) -> Observation:
        cause = allocation_cause(mine, self.spec)
        if cause is None and self.scope.status.blocked is not None:
            cause = self._stranded() or placement_cause(self.scope.status.blocked, self.spec.resources)
        if cause is None:
            late = "progress deadline" in deployment.description
            facts: dict[str, object] = {"deadline_s": self.spec.healthy_deadline_s}
            cause = (
                Cause("deadline.passed", deployment.description, facts)
                if late
                else Cause("check.failing", deployment.description, {"asked": asked(self.spec.check)})
            )
        return _tell(Verdict.WRONG, ObservedState.FAILED, cause)

    def _under_way(
        self, mine: Sequence[AllocState], live: Sequence[AllocState], *, active: bool
    ) -> Observation:
        """Moving, or stopped moving."""
        cause = allocation_cause(mine, self.spec)
        late = self.ctx.age_s > self.spec.healthy_deadline_s + PROGRESS_MARGIN_S
        if mine and not live and not active and not self._just_failed(mine):
            if (waits := self._stranded()) is not None:
                return _tell(Verdict.WAITING, ObservedState.PLACING, waits)
            return _tell(Verdict.WRONG, ObservedState.FAILED, cause or Cause("task.lost"))
        if late:
            facts: dict[str, object] = {"deadline_s": self.spec.healthy_deadline_s}
            facts |= {"cause": cause.code, **cause.facts} if cause else {}
            told = Cause("deadline.passed", cause.message if cause else "", facts)
            return _tell(Verdict.WRONG, ObservedState.FAILED, told)
        if not mine:
            return _tell(Verdict.WAITING, ObservedState.PENDING, Cause("job.evaluating"))
        return _tell(Verdict.WAITING, ObservedState.STARTING, cause or Cause("task.starting"))

    def _stranded(self) -> Cause | None:
        """Whether it can run on one machine alone, where its data is, and that machine is away."""
        return stranded(self.spec.names, self.spec.volumes, self.drivers.jobs)

    def _just_failed(self, mine: Sequence[AllocState]) -> bool:
        last = max((e.at_ns for each in mine for told in each.tasks.values() for e in told), default=0)
        return self.ctx.now.timestamp() - last / 1e9 < GRACE_S


def _healthy(alloc: AllocState, *, active: bool) -> bool:
    """Running and not known as unhealthy; without a deployment nobody gives a verdict."""
    if not alloc.runs:
        return False
    return alloc.healthy is True or (alloc.healthy is None and not active)


def _tell(
    verdict: Verdict, state: ObservedState, cause: Cause, figures: dict[str, int] | None = None
) -> Observation:
    facts = {**cause.facts, **(figures or {})}
    return Observation(verdict, state, cause.code, cause.message, facts=facts)
