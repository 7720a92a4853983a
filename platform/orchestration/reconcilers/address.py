"""The app's public address, asked as its users do."""

from kernel.redact import redact_text
from orchestration.reconcilers.base import RIGHT, Observation
from orchestration.reconcilers.edge import EdgeReconciler
from orchestration.states import ConditionType

ERRORS = frozenset({"refused", "timeout", "tls", "dns", "reset"})


class Address(EdgeReconciler):
    """A code that the template accepts, given by the app and not by the portal's explaining page."""

    name = "address"
    condition = ConditionType.ANSWERING

    def observe(self) -> Observation:
        """Ask once."""
        route = self.spec.route
        answer = self.drivers.addresses.ask(route.host, route.path)
        if answer.from_portal:
            return self.not_yet("answer.portal", status=answer.status)
        if answer.status in route.accept:
            return RIGHT
        if answer.status is not None:
            return self.not_yet(
                "answer.status", status=answer.status, accepted=list(route.accept), path=route.path
            )
        word = answer.error if answer.error in ERRORS else "refused"
        return self.not_yet(f"answer.{word}", redact_text(answer.detail)[:500], host=route.host)
