"""What may be wrong with an app, in Nomad's own words (taken from what a Nomad 2.0.5 answers)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orchestration.ports import PlacementFailure

Kind = Literal["placement", "image", "exit", "oom", "unhealthy", "slow"]


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong each time the app is tried.

    placement: no node takes it. image: cannot be pulled. exit: the task ends with `exit_code`. oom: killed
    for memory. unhealthy: it runs and its check never passes, until the deployment gives up. slow: it stays
    pending. With a `release`, only what was made for that release has it.
    """

    kind: Kind
    exit_code: int = 1
    message: str = ""
    dimension: str = "memory"
    constraints: dict[str, int] = field(default_factory=dict)
    release: int | None = None

    def troubles(self, job: Mapping[str, Any]) -> bool:
        """Whether it is the trouble of this very job."""
        services = job["TaskGroups"][0].get("Services") or ()
        releases = {(each.get("Meta") or {}).get("paillasse-release") for each in services}
        return self.release is None or str(self.release) in releases

    def placement(self) -> PlacementFailure:
        """The figures of an evaluation that found no node."""
        return PlacementFailure(
            nodes_evaluated=1,
            nodes_filtered=1 if self.constraints else 0,
            nodes_exhausted=0 if self.constraints else 1,
            dimensions={} if self.constraints else {self.dimension: 1},
            constraints=self.constraints,
            nodes_available={"dc1": 1},
        )
