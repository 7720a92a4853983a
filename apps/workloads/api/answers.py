"""How each change is answered: 202 with its operation."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from apps.approvals.services import Submitted
from apps.base.rest import Nothing, RoomViewSet, accepted
from apps.workloads.api.foretelling import foretold
from apps.workloads.models import App, Operation
from apps.workloads.serializers import OperationSerializer, PlanSerializer
from kernel.errors import Conflict

DRY_RUN = OpenApiParameter("dry_run", bool, description="Only say what would happen: 200 with a plan.")
SUBMITTED = {200: PlanSerializer, 202: OperationSerializer}


class Answers(RoomViewSet):
    """What the endpoints of one app share."""

    def act(self, service: Any) -> Response:
        """Do one verb, held to the generation that If-Match names. Raises what the service raises."""
        app = self.get_object()
        self.read(Nothing)
        return self.do(app, service)

    def do(self, app: App, service: Any, **what: Any) -> Response:
        """The same once the body was read."""
        held = self.held_to(app.generation)
        try:
            operation = service(
                actor=self.actor, person=self.person, app_id=app.id, if_generation=held, **what
            )
        except Conflict as error:
            raise moved_on(error) from error
        return self.accepted(operation)

    def submitted(self, submitted: Submitted) -> Response:
        """The operation; of a dry run, which has none, what would happen."""
        return foretold(submitted) if submitted.operation is None else self.accepted(submitted.operation)

    def accepted(self, operation: Operation) -> Response:
        """202 with the operation."""
        data = OperationSerializer(operation, context=self.get_serializer_context()).data
        return accepted(data, data["url"])


def moved_on(error: Conflict) -> Conflict:
    """What If-Match forbids is a precondition's failure, also where another change came a moment earlier."""
    params: dict[str, Any] = {"expected": error.params.get("expected")}
    params["version"] = error.params.get("generation")
    return Conflict("precondition.failed", **params) if error.code == "app.moved_on" else error
