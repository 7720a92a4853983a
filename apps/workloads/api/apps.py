"""`apps`: ask, look, change, delete; what else may be done to one app stands in the modules beside."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals import services as approvals
from apps.base.idempotency import idempotent
from apps.cluster import selectors as cluster
from apps.projects import selectors as projects
from apps.workloads import selectors, services
from apps.workloads.api import canaries, names, releases, secrets, verbs
from apps.workloads.api.answers import DRY_RUN, SUBMITTED, moved_on
from apps.workloads.api.canaries import Canaries
from apps.workloads.api.names import Names
from apps.workloads.api.releases import Releases
from apps.workloads.api.scopes import READ, WRITE
from apps.workloads.api.secrets import Secrets
from apps.workloads.api.verbs import Verbs
from apps.workloads.models import App
from apps.workloads.serializers import (
    AppSerializer,
    ChangeApp,
    NewApp,
    OperationSerializer,
)
from kernel.errors import Conflict


class AppViewSet(Verbs, Names, Releases, Canaries, Secrets):
    """The apps that the caller sees."""

    serializer_class = AppSerializer
    queryset = App.objects.none()
    filterset_fields = ["project", "desired", "name", "slug"]
    ordering_fields = ["name", "created_at"]
    search_fields = ["name", "label", "slug"]
    paged = ("list", "releases", "events")
    parameters = dict.fromkeys(["create", "partial_update", "rollback", "scale", "duplicate"], ("dry_run",))
    justified = ("create", "partial_update", "rollback", "scale", "duplicate")
    held = ("partial_update", "destroy", "rollback", "scale", "promote", "abort", *verbs.VERBS, *names.HELD)
    rates = {"reveal": "reveal"}
    scopes = {
        **dict.fromkeys(["list", "retrieve"], READ),
        **dict.fromkeys(["create", "partial_update", "destroy"], WRITE),
        **verbs.SCOPES,
        **names.SCOPES,
        **releases.SCOPES,
        **canaries.SCOPES,
        **secrets.SCOPES,
    }

    def get_queryset(self) -> "QuerySet[App]":
        """Only what the caller and the token may see; one that is gone can still be read by its id."""
        gone = self.action != "list"
        apps = self.within(selectors.visible_to(self.request.user, gone=gone), "project_id")
        return selectors.related(apps) if gone else apps

    def get_serializer_context(self) -> dict[str, Any]:
        """The caller's roles, and the parts that are away: read once for a whole list."""
        roles = SimpleLazyObject(lambda: projects.roles(self.person))
        away = SimpleLazyObject(lambda: {each.part for each in cluster.unreachable()})
        return {**super().get_serializer_context(), "roles": roles, "away": away}

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them, the newest first."""
        ids = self.paginate_queryset(self.filter_queryset(selectors.newest(self.get_queryset())))
        return self.get_paginated_response(self.get_serializer(selectors.told(ids or ()), many=True).data)

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them; its ETag begins with its generation."""
        app = self.get_object()
        return self.tagged(self.get_serializer(app).data, app.generation)

    @extend_schema(request=NewApp, responses=SUBMITTED, parameters=[DRY_RUN])
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Ask for an app. Beyond the quota it needs a `reason` and waits; without one it is refused (409)."""
        body = self.read(NewApp)
        body["project_id"] = body.pop("project")
        if allowed := getattr(self.request.auth, "projects", None):
            selectors.require_token_project(allowed, body["project_id"])
        submitted = approvals.submit(actor=self.actor, person=self.person, dry_run=self.dry_run, **body)
        return self.submitted(submitted)

    @extend_schema(request=ChangeApp, responses=SUBMITTED, parameters=[DRY_RUN])
    @idempotent
    def partial_update(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Change it: a new release. `If-Match` holds it to the generation that you read."""
        app, body = self.get_object(), self.read(ChangeApp)
        held = self.held_to(app.generation)
        try:
            submitted = approvals.submit_change(
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
    @idempotent
    def destroy(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Delete it: until `undo_until` it can be brought back, then all of it is gone."""
        return self.act(services.delete)
