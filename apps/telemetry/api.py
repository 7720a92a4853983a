"""`apps/{id}/logs`: the last lines, and what follows; `apps/{id}/metrics`: what it uses."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.rest import RoomViewSet
from apps.telemetry import live, selectors
from apps.telemetry.forms import asked, moment
from apps.telemetry.live.logs import LINES, LINES_MAX, STREAMS
from apps.telemetry.rest import Events, EventStream, who
from apps.telemetry.serializers import CopySerializer, LogsSerializer, MetricsSerializer
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.disarm import disarm_all
from kernel.errors import Missing

READ = "apps:read"
_WHICH = [
    OpenApiParameter("task", str, description="A task of the allocation; its first where none is named."),
    OpenApiParameter(
        "allocation", OpenApiTypes.UUID, description="An allocation; the newest where none is named."
    ),
]
_ONE = OpenApiParameter(
    "stream", str, enum=STREAMS, description="The log to follow; stdout where none is named."
)
_BOTH = OpenApiParameter("stream", str, enum=STREAMS, description="One of the two; both where none is named.")
_FILTERS = [
    OpenApiParameter("lines", int, description=f"How many lines at most: {LINES}, up to {LINES_MAX}."),
    OpenApiParameter("q", str, description="Only lines that hold this text, whatever the case."),
    OpenApiParameter(
        "since", OpenApiTypes.DATETIME, description="Only lines from then on, as far as they tell."
    ),
    OpenApiParameter(
        "until", OpenApiTypes.DATETIME, description="Only lines until then, as far as they tell."
    ),
]
_SPAN = [
    OpenApiParameter("from", OpenApiTypes.DATETIME, description="The beginning; an hour ago where none is."),
    OpenApiParameter("to", OpenApiTypes.DATETIME, description="The end; now where none is named."),
]


class OfApp(RoomViewSet):
    """What hangs below one app."""

    queryset = App.objects.none()
    filter_backends = []
    pagination_class = None

    def _app(self, app_id: UUID) -> App:
        apps = self.within(workloads.visible_to(self.person, gone=True), "project_id")
        related = ("observation", "release__template_version")
        found = apps.select_related(*related).filter(id=app_id).first()
        if found is None:
            raise Missing
        return found


class LogsViewSet(OfApp):
    """The logs of one app."""

    serializer_class = LogsSerializer
    parameters = {
        "retrieve": ("task", "allocation", "stream", "lines", "q", "since", "until"),
        "follow": ("task", "allocation", "stream"),
    }
    scopes = dict.fromkeys(["retrieve", "follow"], READ)

    def get_renderers(self) -> list[BaseRenderer]:
        """What follows is asked for as events."""
        renderers: list[BaseRenderer] = super().get_renderers()
        return [*renderers, Events()] if self.action == "follow" else renderers

    @extend_schema(responses=LogsSerializer, parameters=[*_WHICH, _BOTH, *_FILTERS])
    def retrieve(self, request: Request, app_id: UUID) -> Response:
        """Give the last lines of out and err of an allocation, and which allocations there are."""
        app, wanted = self._app(app_id), asked(request.query_params)
        one = request.query_params.get("stream")
        streams = (live.checked(one),) if one else STREAMS
        copies = live.copies(app)
        if not copies:
            return Response({**disarm_all(app.observation.logs), "allocations": []})
        copy, task = live.chosen(copies, wanted)
        found: dict[str, Any] = {
            stream: "".join(f"{line.text}\n" for line in live.tail(copy, task, stream, wanted))
            for stream in streams
        }
        told = CopySerializer(copies, many=True).data
        return Response({**found, "task": task, "allocation": copy.id, "allocations": told})

    @extend_schema(
        responses={(200, "text/event-stream"): OpenApiResponse(OpenApiTypes.STR, "Events; see docs/api.md.")},
        parameters=[*_WHICH, _ONE],
    )
    def follow(self, request: Request, app_id: UUID) -> HttpResponseBase:
        """Follow a log: events `state`, `lines`, `left-out` and `end`, each with JSON."""
        app = self._app(app_id)
        source = live.source(
            app, asked(request.query_params), request.query_params.get("stream") or STREAMS[0]
        )
        return EventStream(live.HUB.watch(who(request, self.person, app), source))


class MetricsViewSet(OfApp):
    """What one app uses."""

    serializer_class = MetricsSerializer
    parameters = {"retrieve": ("from", "to")}
    scopes = {"retrieve": READ}

    @extend_schema(responses=MetricsSerializer, parameters=_SPAN)
    def retrieve(self, request: Request, app_id: UUID) -> Response:
        """CPU and memory over time, in steps of 15 s for an hour, 5 min for two days, 1 h for ninety days."""
        app, now = self._app(app_id), timezone.now()
        since = moment(request.query_params.get("from", ""), "from") or now - timedelta(hours=1)
        until = moment(request.query_params.get("to", ""), "to") or now
        points = selectors.usage(app, since, until)
        told = {
            "step_s": points[0].step if points else None,
            "points": points,
            "hint": selectors.hint(app),
        }
        return Response(self.get_serializer(told).data)
