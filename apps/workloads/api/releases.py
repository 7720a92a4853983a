"""What an app was made of, and what happened to it."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals import services as approvals
from apps.base.idempotency import idempotent
from apps.workloads.api.answers import DRY_RUN, SUBMITTED, Answers, moved_on
from apps.workloads.api.scopes import READ, WRITE
from apps.workloads.serializers import EventSerializer, ReleaseInFull, ReleaseSerializer, RollBack
from kernel.errors import Conflict, Missing

SCOPES = {**dict.fromkeys(["releases", "release", "events"], READ), "rollback": WRITE}
_NUMBER = OpenApiParameter("number", int, "path", description="The release's number, from 1.")
_ONE = "releases/<int:number>"


class Releases(Answers):
    """The releases and the timeline of one app."""

    @extend_schema(responses=ReleaseSerializer(many=True))
    @action(detail=True, serializer_class=ReleaseSerializer)
    def releases(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Its releases, the newest first."""
        return self.listed(self.get_object().releases.select_related("template_version"))

    @extend_schema(responses=ReleaseInFull, parameters=[_NUMBER])
    @action(detail=True, url_path=_ONE)
    def release(self, request: Request, pk: UUID, number: str) -> Response:  # noqa: ARG002 - DRF's signature
        """One of its releases, with what differs from the one before."""
        releases = self.get_object().releases.select_related("template_version")
        found = releases.filter(number=int(number)).first()
        if found is None:
            raise Missing("release.missing")
        return self.tagged(ReleaseInFull(found, context=self.get_serializer_context()).data)

    @extend_schema(request=RollBack, responses=SUBMITTED, parameters=[DRY_RUN, _NUMBER])
    @action(detail=True, methods=["post"], url_path=f"{_ONE}/rollback")
    @idempotent
    def rollback(self, request: Request, pk: UUID, number: str) -> Response:  # noqa: ARG002 - DRF's signature
        """Make this release again, under a new number."""
        app, body = self.get_object(), self.read(RollBack)
        held = self.held_to(app.generation)
        try:
            submitted = approvals.roll_back(
                actor=self.actor,
                person=self.person,
                app_id=app.id,
                number=int(number),
                if_generation=held,
                dry_run=self.dry_run,
                **body,
            )
        except Conflict as error:
            raise moved_on(error) from error
        return self.submitted(submitted)

    @extend_schema(responses=EventSerializer(many=True))
    @action(detail=True, serializer_class=EventSerializer)
    def events(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Its timeline, the newest first."""
        return self.listed(self.get_object().events.order_by("-at", "-id"))
