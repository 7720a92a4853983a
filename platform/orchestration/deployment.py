"""A Nomad deployment, as the port `Jobs` tells of it."""

from dataclasses import dataclass

#: a deployment that has not ended
DEPLOYING = frozenset({"running", "pending", "paused", "blocked", "unblocking", "initializing"})


@dataclass(frozen=True)
class DeploymentState:
    """The newest deployment of a job."""

    id: str
    job_version: int
    status: str  #: running, successful, failed, paused, blocked, cancelled, pending, unblocking
    description: str
    healthy: int
    desired: int
    canaries: int = 0  #: how many stand beside the older version until they are promoted
    promoted: bool = False
    auto_promote: bool = False

    @property
    def holds_back(self) -> bool:
        """Whether its canaries take no traffic yet and the older version serves."""
        return self.status in DEPLOYING and self.canaries > 0 and not self.promoted
