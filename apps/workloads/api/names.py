"""What an app is called, and another one like it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals import services as approvals
from apps.base.idempotency import idempotent
from apps.workloads import selectors, services
from apps.workloads.api.answers import Answers, moved_on
from apps.workloads.api.scopes import WRITE
from apps.workloads.serializers import (
    AppSerializer,
    DuplicateApp,
    HandoverSerializer,
    NewAddress,
    NewLabel,
    OfferApp,
    OperationSerializer,
    PlanSerializer,
)
from kernel.errors import Conflict

SCOPES = dict.fromkeys(["rename", "readdress", "duplicate", "offer"], WRITE)
HELD = ("rename", "readdress")
_DRY_RUN = OpenApiParameter("dry_run", bool, description="Only say what would happen: 200 with a plan.")


class Names(Answers):
    """Name, address, copies, and another project for it."""

    @extend_schema(request=NewLabel, responses=AppSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def rename(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Change the display name: no release, nothing restarts, the generation stays."""
        app, label = self.get_object(), self.read(NewLabel)["label"]
        held = self.held_to(app.generation)
        try:
            services.rename(
                actor=self.actor, person=self.person, app_id=app.id, label=label, if_generation=held
            )
        except Conflict as error:
            raise moved_on(error) from error
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=NewAddress, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"], url_path="address")
    @idempotent
    def readdress(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give it another name in its address; the old one leads there for a while. The slug stays."""
        app, name = self.get_object(), self.read(NewAddress)["name"]
        return self.do(app, services.readdress, name=name)

    @extend_schema(
        request=DuplicateApp, responses={200: PlanSerializer, 202: OperationSerializer}, parameters=[_DRY_RUN]
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def duplicate(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Ask for another app like it, in this project or another. Secrets and data are never copied."""
        app, body = self.get_object(), self.read(DuplicateApp)
        project_id = body.pop("project")
        if limited := getattr(self.request.auth, "projects", None):
            selectors.require_token_project(limited, project_id)
        submitted = approvals.duplicate(
            actor=self.actor,
            person=self.person,
            app_id=app.id,
            copy=approvals.Copy(project_id=project_id, **body),
            dry_run=self.dry_run,
        )
        return self.submitted(submitted)

    @extend_schema(request=OfferApp, responses={201: HandoverSerializer})
    @action(detail=True, methods=["post"], url_path="handover")
    @idempotent
    def offer(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Offer it to the project of that short name; one of its owners accepts within 14 days."""
        app, body = self.get_object(), self.read(OfferApp)
        made = services.offer(actor=self.actor, person=self.person, app_id=app.id, **body)
        data: Any = HandoverSerializer(made, context=self.get_serializer_context()).data
        return Response(data, status=201, headers={"Location": data["url"]})
