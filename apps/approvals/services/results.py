"""What submitting gives back."""

from dataclasses import dataclass, field
from typing import Any

from apps.approvals.models import Decision, Request
from apps.quotas.selectors import Projection
from apps.workloads.models import App, Operation
from apps.workloads.services import Plan


@dataclass(frozen=True)
class Taken:
    """What came of accepting an offered app: it comes, or a request waits, or a rule has granted one."""

    operation: Operation | None
    request: Request | None = None


@dataclass(frozen=True)
class Submitted:
    """What came of a request. After a dry run nothing of it is saved: no request, operation or decision."""

    app: App
    planned: Plan
    projections: tuple[Projection, ...]  #: as foreseen before anything was written
    request: Request | None = None
    operation: Operation | None = None
    decision: Decision | None = None
    needs: tuple[str, ...] = field(default=())  #: why it waits: quota, template
    vanished: tuple[str, ...] = ()  #: answers of before that the version does not ask for: they go

    @property
    def waits(self) -> bool:
        """Whether a person has to decide."""
        return bool(self.needs)

    def plan(self) -> dict[str, Any]:
        """A dry run's answer: what would happen."""
        return {
            "outcome": "waits" if self.waits else "approved",
            "needs": list(self.needs),
            "name": self.app.name,
            "host": self.app.host,
            "template": {
                "slug": self.planned.template_version.template.slug,
                "version": self.planned.template_version.version,
            },
            "parameters": dict(self.planned.parameters),
            "resources": vars(self.planned.resources),
            "driver": self.planned.driver,
            "quota": [vars(each) for each in self.projections],
            "strategy": self.planned.rollout.strategy.value,
            "vanished": list(self.vanished),
        }
