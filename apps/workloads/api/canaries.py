"""Copies: how many, and those of a new release that wait to be let in."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals import services as approvals
from apps.base.idempotency import idempotent
from apps.workloads import services
from apps.workloads.api.answers import DRY_RUN, SUBMITTED, Answers, moved_on
from apps.workloads.api.scopes import WRITE
from apps.workloads.serializers import OperationSerializer, ScaleApp
from kernel.errors import Conflict

SCOPES = dict.fromkeys(["scale", "promote", "abort"], WRITE)


class Canaries(Answers):
    """The copies of one app."""

    @extend_schema(request=ScaleApp, responses=SUBMITTED, parameters=[DRY_RUN])
    @action(detail=True, methods=["post"])
    @idempotent
    def scale(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Run another number of copies, within the template's bounds and the quota."""
        app, body = self.get_object(), self.read(ScaleApp)
        held = self.held_to(app.generation)
        try:
            submitted = approvals.scale(
                actor=self.actor,
                person=self.person,
                app_id=app.id,
                if_generation=held,
                dry_run=self.dry_run,
                **body,
            )
        except Conflict as error:
            raise moved_on(error) from error
        return self.submitted(submitted)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"], url_path="canary/promote")
    @idempotent
    def promote(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Let the canaries of the new release in; the change's operation goes on."""
        return self.act(services.canaries.promote)

    @extend_schema(request=None, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"], url_path="canary/abort")
    @idempotent
    def abort(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give them up: the release that serves is wanted again, under a new number."""
        return self.act(services.canaries.abort)
