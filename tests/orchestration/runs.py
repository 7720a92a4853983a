"""Drive the engine against the fake lab, as the reconciler of an app does."""

from dataclasses import replace
from typing import Any

from orchestration import engine
from orchestration.specs import AppSpec, Desired
from orchestration.states import Pass
from tests.fakes import Lab
from tests.orchestration.examples import Clock


class Run:
    """One app in one lab. What a pass gives back is given to the next, as the caller keeps it."""

    def __init__(self, spec: AppSpec, lab: Lab | None = None) -> None:
        self.spec = spec
        self.lab = lab or Lab()
        self.clock = Clock(spec)
        self.kept: dict[str, Any] = {}

    def look(self, desired: Desired = "present", **more: Any) -> Pass:
        """As many passes as change something."""
        ctx = self.clock.ctx(**{**self.kept, **more})
        seen = engine.converge(self.spec, desired, self.lab.drivers(), ctx=ctx)
        self._keep(seen)
        return seen

    def one(self, desired: Desired = "present", **more: Any) -> Pass:
        """One pass."""
        seen = engine.step(
            self.spec, desired, self.lab.drivers(), ctx=self.clock.ctx(**{**self.kept, **more})
        )
        self._keep(seen)
        return seen

    def _keep(self, seen: Pass) -> None:
        answered = self.kept.get("answered_before", False) or seen.done
        self.kept = {
            "state": seen.state,
            "settled": seen.settled,
            "job_version": seen.job_version,
            "answered_before": answered,
        }

    def until_done(self, desired: Desired = "present", limit: int = 20) -> Pass:
        """Look and let time pass in turn."""
        for _ in range(limit):
            seen = self.look(desired)
            if seen.done:
                return seen
            self.lab.advance()
            self.clock.tick(0.2)
        raise AssertionError(f"not done after {limit} looks: {seen}")

    def release(self, **changes: Any) -> None:
        """A new generation: what was kept of the old one no longer counts."""
        self.spec = replace(self.spec, **changes)
        self.kept = {}


def conditions(seen: Pass) -> dict[str, tuple[str, str]]:
    """Condition -> status and reason."""
    return {each.type.value: (each.status, each.reason) for each in seen.conditions}
