"""The whole chain in one process: real tables, the fake lab, reconciling whenever something is due."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from apps.workloads.models import App, Claim, Observation, Operation
from apps.workloads.reconcile import reconcile
from orchestration.states import ObservedState, Pass
from tests.fakes import Lab


class Chain:
    """One lab, and the worker that looks at what is due."""

    def __init__(self, lab: Lab | None = None) -> None:
        self.lab = lab or Lab()

    def look(self, app: App | UUID) -> Pass | None:
        """Look now, as if it were due."""
        app_id = app if isinstance(app, UUID) else app.id
        due = Claim.objects.filter(app_id=app_id, due_at__isnull=False)
        due.update(due_at=timezone.now() - timedelta(seconds=1))
        return reconcile(app_id, self.lab.drivers())

    def until(self, app: App, state: ObservedState, limit: int = 25) -> Observation:
        """Look and let time pass in turn, until the app is seen in a state."""
        for _ in range(limit):
            self.look(app)
            seen = Observation.objects.get(app_id=app.id)
            if seen.state == state.value and (state is not ObservedState.RUNNING or self.reached(app)):
                return seen
            self.lab.advance()
        raise AssertionError(f"not {state} after {limit} looks, but {seen.state}: {seen.reason_code}")

    @staticmethod
    def reached(app: App) -> bool:
        """Whether the wanted generation was reached."""
        generation = App.objects.values_list("generation", flat=True).get(id=app.id)
        return Observation.objects.get(app_id=app.id).generation == generation

    def left(self) -> dict[str, list[str]]:
        """What stands outside: empty once everything is gone."""
        found = {
            "jobs": sorted(self.lab.jobs.jobs),
            "volumes": sorted(self.lab.jobs.volumes),
            "paths": sorted(self.lab.secrets.paths),
            "policies": sorted(self.lab.secrets.policies),
            "roles": sorted(self.lab.secrets.roles),
            "services": sorted(self.lab.services.registered),
            "routers": [name for name, _ in self.lab.routes.routers],
        }
        return {part: names for part, names in found.items() if names}


def operation(app: App) -> Operation:
    """The newest operation."""
    return Operation.objects.filter(app_id=app.id).latest("created_at")
