"""`projects/{id}/quota`: what stands, what would be, how it went; `quotas`: those of all projects."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from apps.base.idempotency import idempotent
from apps.base.rest import RoomViewSet
from apps.catalogue import selectors as catalogue
from apps.projects import selectors as projects
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.models import Counter
from apps.quotas.serializers import (
    CeilingSerializer,
    FigureSerializer,
    LimitChangeSerializer,
    NewCeilings,
    NewLimits,
    StandingSerializer,
    UsageSerializer,
    WhatIf,
    WhatIfSerializer,
)
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, Missing, Refused
from kernel.units import Amounts
from orchestration.specs import SURGE, Resources

READ, SET = "projects:read", "requests:decide"
_RAW = {"cpu_mhz", "memory_mib", "count", "storage_mib", "gpus"}


class QuotaViewSet(RoomViewSet):
    """The quota of one project."""

    serializer_class = FigureSerializer
    queryset = Counter.objects.none()
    filter_backends = []
    paged = ("usage", "changes")
    held = ("partial_update",)
    scopes = {
        **dict.fromkeys(["retrieve", "what_if", "usage", "changes"], READ),
        "partial_update": SET,
    }

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """What a line of each list is."""
        lines: dict[str, type[BaseSerializer[Any]]] = {
            "usage": UsageSerializer,
            "changes": LimitChangeSerializer,
        }
        return lines.get(self.action or "", FigureSerializer)

    def _project(self, project_id: UUID) -> Project:
        """The project, if the caller and the token may see it; raises Missing."""
        project = self.within(projects.visible_to(self.person), "id").filter(id=project_id).first()
        if project is None:
            raise Missing
        return project

    def _figures(self, project: Project) -> Response:
        data = FigureSerializer(selectors.figures(project.id), many=True).data
        return self.tagged(data, selectors.version_of(project.id))

    @extend_schema(responses=FigureSerializer(many=True))
    def retrieve(self, request: Request, project_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Used, reserved, limit and free, by dimension; the ETag begins with the version of the limits."""
        return self._figures(self._project(project_id))

    @extend_schema(request=NewLimits, responses=FigureSerializer(many=True))
    @idempotent
    def partial_update(self, request: Request, project_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Set limits (administrators). `If-Match` is needed: it holds the change to what you read.

        A limit below what is in use is refused with what would have to go (`excesses`).
        """
        project = self._project(project_id)
        if not self.person.is_admin:
            raise Forbidden("forbidden", action="quota")
        body = self.read(NewLimits)
        held = _required(self)
        services.set_limit(actor=self.actor, project=project, version=held, **body)
        return self._figures(project)

    @extend_schema(request=WhatIf, responses=WhatIfSerializer)
    @idempotent
    def what_if(self, request: Request, project_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Say what the figures would be: the same as every form shows before it is sent."""
        project = self._project(project_id)
        body = self.read(WhatIf)
        amounts, holder = self._meant(project, body)
        quota = selectors.what_if(project.id, amounts, holder)
        ceilings = selectors.ceilings_if(project.id, amounts, holder)
        below = all(each.fits for each in ceilings)
        fits = below and bool(quota) and all(each.fits for each in quota)
        told = {
            "fits": fits,
            "outcome": "approved" if fits else "waits" if below and quota else "refused",
            "surge": SURGE if body["strategy"] == "canary" else 0,
            "amounts": amounts.as_dict(),
            "quota": quota,
            "ceilings": ceilings,
        }
        return Response(WhatIfSerializer(told).data)

    def _meant(self, project: Project, body: dict[str, Any]) -> tuple[Amounts, UUID | None]:
        """The amounts that are asked about, and which app has some of them already."""
        apps = workloads.visible_to(self.person).filter(project=project)
        app = apps.filter(id=body["app"]).first() if "app" in body else None
        if "app" in body and app is None:
            raise Missing
        holder = app.id if app is not None and app.generation else None
        if "amounts" in body:
            amounts = Amounts.of(body["amounts"])
        elif app is not None and app.release is not None and "resources" not in body:
            amounts = _charge(Resources(**app.release.resources), body, app)
        elif "resources" in body:
            slug = body.get("template") or (app.template.slug if app else None)
            amounts = _charge(_resources(slug, body.get("version"), body["resources"]), body, app)
        else:
            raise Refused("parameter.required", field="amounts")
        return (amounts if body["desired"] == "present" else selectors.resting(amounts)), holder

    @extend_schema(responses=UsageSerializer(many=True))
    def usage(self, request: Request, project_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """How its use went, by day and dimension, the newest day first."""
        found = selectors.usage_of(self._project(project_id).id)
        return self.listed(found.order_by("-day", "dimension"))

    @extend_schema(responses=LimitChangeSerializer(many=True))
    def changes(self, request: Request, project_id: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Who set its limits, the newest first."""
        return self.listed(selectors.changes_of(self._project(project_id).id))


def _required(view: RoomViewSet) -> int:
    """The version that If-Match names; raises Conflict("precondition.required") without one."""
    held = view.held_version()
    if held is None:
        raise Conflict("precondition.required")
    return held


def _charge(resources: Resources, body: dict[str, Any], app: App | None) -> Amounts:
    """What these resources take, beside what stands of the app where they come as canaries."""
    if body["strategy"] == "rolling":
        return resources.charge()
    standing = [Resources(**app.release.resources)] if app is not None and app.release is not None else []
    return resources.charge_beside(*standing)


def _resources(slug: str | None, version: str | None, chosen: dict[str, Any]) -> Resources:
    """As a request for an app of this template has them; without a template plain figures.

    Raises RefusedMany or Refused naming the fields.
    """
    if slug is not None:
        return catalogue.resources_of(catalogue.manifest(catalogue.get_version(slug, version)), chosen)
    for name, amount in chosen.items():
        if name not in _RAW:
            raise Refused("resources.unknown", field=f"resources.{name[:40]}", name=name[:40])
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= services.MOST:
            raise Refused("quota.amount", field=f"resources.{name}", limit=services.MOST)
    return Resources(**{"cpu_mhz": 0, "memory_mib": 0, **chosen})


class QuotasViewSet(RoomViewSet):
    """The quotas of all projects that the caller sees."""

    serializer_class = StandingSerializer
    queryset = Project.objects.none()
    filter_backends = []
    parameters = {"list": ("q", "sort")}
    held = ("set_ceilings",)
    scopes = {"list": READ, "ceilings": READ, "set_ceilings": SET}

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words of a project's name."),
            OpenApiParameter("sort", str, enum=list(selectors.ORDERS), description="`fullest` by default."),
        ]
    )
    def list(self, request: Request) -> Response:
        """List projects with their figures, the fullest first."""
        sort = request.query_params.get("sort", "fullest")
        if sort not in selectors.ORDERS:
            raise Refused("api.ordering", field="sort", fields=", ".join(selectors.ORDERS))
        seen = self.within(projects.visible_to(self.person), "id")
        found: QuerySet[Project] = selectors.standing(
            seen, words=request.query_params.get("q", "")[:100], sort=sort
        )
        page = cast("list[Project]", self.paginate_queryset(found))
        return self.get_paginated_response(StandingSerializer(selectors.with_counters(page), many=True).data)

    @extend_schema(responses=CeilingSerializer(many=True))
    @action(detail=False, serializer_class=CeilingSerializer, pagination_class=None)
    def ceilings(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """What all projects may have together (administrators and auditors)."""
        if not self.person.reads_all:
            raise Forbidden("forbidden", action="view")
        return self._told()

    @extend_schema(request=NewCeilings, responses=CeilingSerializer(many=True))
    @ceilings.mapping.patch
    @idempotent
    def set_ceilings(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Set what all projects may have together (administrators). `If-Match` is needed."""
        if not self.person.is_admin:
            raise Forbidden("forbidden", action="quota")
        body = self.read(NewCeilings)
        services.set_ceiling(actor=self.actor, version=_required(self), **body)
        return self._told()

    def _told(self) -> Response:
        data = CeilingSerializer(selectors.ceilings(), many=True).data
        return self.tagged(data, selectors.ceilings_version())
