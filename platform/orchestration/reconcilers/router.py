"""The app's routers in Traefik."""

from kernel.redact import redact_text
from orchestration.reconcilers.base import GONE, RIGHT, Observation, Removable, Verdict
from orchestration.reconcilers.edge import EdgeReconciler
from orchestration.render import router_names
from orchestration.states import ConditionType, ObservedState


class Router(EdgeReconciler, Removable):
    """They follow the tags of passing instances."""

    name = "router"
    condition = ConditionType.ROUTED

    def observe(self) -> Observation:
        """Every router that the tags ask for is enabled."""
        for name in router_names(self.spec.names, self.spec.route, self.spec.edge):
            router = self.drivers.routes.router(name)
            if router is None:
                return self.not_yet("route.missing", router=name)
            if router.status == "disabled":
                told = [redact_text(each)[:200] for each in router.errors][:3]
                return self.not_yet("route.disabled", "; ".join(told), router=name, errors=told)
        return RIGHT

    def remains(self) -> Observation:
        """Routers of earlier releases had other names: all that begin with the slug are ours."""
        mine = f"{self.spec.names.slug}-"
        if any(name.startswith(mine) for name in self.drivers.routes.list_ours()):
            return Observation(Verdict.WAITING, ObservedState.STOPPING, "route.lingering")
        return GONE

    def delete(self) -> bool:
        """Traefik's to do."""
        return False
