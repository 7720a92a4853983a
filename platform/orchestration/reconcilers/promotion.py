"""The canaries of a release that somebody let in: Nomad is told so, once all of them are healthy."""

from orchestration.reconcilers.base import DIFFERENT, RIGHT, Observation, Writer


class Promotion(Writer):
    """Promoting is wanted like everything else: a lost message, or a worker that died, costs a look."""

    name = "promotion"

    def wanted(self) -> bool:
        """Whether this release was let in."""
        return self.spec.promoted

    def observe(self) -> Observation:
        """Canaries that are not healthy yet are Health's to tell of; Nomad would not take the promotion."""
        return DIFFERENT if self.wanted() and self.scope.held_back else RIGHT

    def create(self) -> None:
        """Nothing is ever missing: a deployment is Nomad's to make."""

    def update(self) -> None:
        """Promote the deployment that was observed."""
        if self.scope.deployment is not None:
            self.drivers.jobs.promote(self.scope.deployment.id)
