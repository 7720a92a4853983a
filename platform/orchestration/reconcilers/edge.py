"""What the three looks at the edge share: how long waiting is still starting, and what it is afterwards."""

from orchestration.reconcilers.base import Observation, Reconciler, Verdict
from orchestration.states import ObservedState

EDGE_DEADLINE_S = 60  #: beyond the healthy deadline; Consul, Traefik and the address follow within seconds


class EdgeReconciler(Reconciler):
    """Written by others in consequence of the job: here one only looks."""

    def not_yet(self, reason: str, message: str = "", **facts: object) -> Observation:
        """Starting while it is young; degraded if it worked before; otherwise failed."""
        if self.ctx.answered_before:
            state, verdict = ObservedState.DEGRADED, Verdict.WAITING
        elif self.ctx.age_s <= self.spec.healthy_deadline_s + EDGE_DEADLINE_S:
            state, verdict = ObservedState.STARTING, Verdict.WAITING
        else:
            state, verdict = ObservedState.FAILED, Verdict.WRONG
        return Observation(verdict, state, reason, message, facts=dict(facts))
