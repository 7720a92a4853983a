"""The app's instances in Consul."""

from kernel.redact import redact_text
from orchestration.checks import check_facts
from orchestration.ports import Instance
from orchestration.reconcilers.base import GONE, RIGHT, Observation, Removable, Verdict
from orchestration.reconcilers.edge import EdgeReconciler
from orchestration.render.job import SERVICE_META_APP
from orchestration.states import ConditionType, ObservedState

MESSAGE_MAX = 500


class Service(EdgeReconciler, Removable):
    """Nomad registers them and takes them away."""

    name = "service"
    condition = ConditionType.REGISTERED

    def _standing(self) -> list[Instance]:
        found = self.drivers.services.instances(self.spec.names.service)
        return [each for each in found if each.meta.get(SERVICE_META_APP) == self.spec.app_id]

    def observe(self) -> Observation:
        """As many instances pass as copies are wanted."""
        standing = self._standing()
        passing = sum(each.status == "passing" for each in standing)
        wanted = self.spec.resources.count
        if passing >= wanted:
            return RIGHT
        if not standing:
            return self.not_yet("service.missing")
        output = next((each.output for each in standing if each.status != "passing"), "")
        message = redact_text(output)[:MESSAGE_MAX]
        came = check_facts(self.spec.check, message)
        if not passing:
            return self.not_yet("check.failing", message, **came)
        facts: dict[str, object] = {"healthy": passing, "wanted": wanted, **came}
        return Observation(Verdict.PARTLY, ObservedState.DEGRADED, "copies.missing", message, facts=facts)

    def remains(self) -> Observation:
        """Whether Consul still knows an instance."""
        if self._standing():
            return Observation(Verdict.WAITING, ObservedState.STOPPING, "service.lingering")
        return GONE

    def delete(self) -> bool:
        """Nomad's to do."""
        return False
