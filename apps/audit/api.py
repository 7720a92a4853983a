"""`audit`: what happened, for programs."""

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit import selectors
from apps.audit.forms import NAMES, FilterForm
from apps.audit.models import Event
from apps.audit.selectors import Place
from apps.audit.serializers import AuditEventSerializer, AuditPageSerializer, Reader
from apps.base.requests import whole
from apps.base.rest import RoomViewSet
from apps.projects import selectors as projects
from kernel.errors import Refused

_LIMIT, _MOST = 50, 200
_ABOUT = {
    "who": "The actor's id, or a part of their name.",
    "verb": "An area (`app`) or one action (`app.requested`).",
    "target": "The target's id, or a part of its name.",
    "project": "A project's id or short name.",
    "from": "The first day, YYYY-MM-DD.",
    "to": "The last day, YYYY-MM-DD.",
    "request": "The X-Request-ID of the call.",
    "token": "The id of the token that was used.",
    "limit": f"{_LIMIT} where none is given, {_MOST} at most.",
    "cursor": "Where to go on: part of `next`.",
    "after": "Follow: what was sealed after this position, the oldest first; 0 from the start on.",
}


class AuditViewSet(RoomViewSet):
    """What the caller may read of the audit."""

    serializer_class = AuditEventSerializer
    queryset = Event.objects.none()
    pagination_class = None
    filter_backends = []
    paged = ()
    parameters = {"list": tuple(_ABOUT)}
    scopes = {"list": "audit:read"}

    @extend_schema(
        parameters=[OpenApiParameter(name, str, description=about) for name, about in _ABOUT.items()],
        responses=AuditPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """List events, the newest first; or with `after`, follow them: none is left out, none comes twice."""
        limit = min(self._number("limit", _LIMIT), _MOST)
        found = self._found(request).select_related("seal")
        following = "after" in request.query_params
        if following:
            found = selectors.sealed_after(found, self._number("after", 0))
        else:
            found = selectors.older(found, self._place())
        events = list(found[: limit + 1])
        more = events[:limit] and (len(events) > limit or following)
        return Response(
            {
                "next": self._next(events[:limit][-1], following=following) if more else None,
                "results": self.get_serializer(events[:limit], many=True).data,
            }
        )

    def get_serializer_context(self) -> dict[str, Any]:
        """Who reads."""
        reader = Reader(self.person.id, reads_all=self.person.reads_all)
        return {**super().get_serializer_context(), "reader": reader}

    def _found(self, request: Request) -> Any:
        seen = list(self.within(projects.visible_to(self.person), "id"))
        form = FilterForm(request.query_params, projects=seen)
        if not form.is_valid():
            first = next(name for name in [*NAMES, "__all__"] if name in form.errors)
            raise Refused("audit.filter", field=first, why=form.errors[first][0])
        all_of_it = self.person.reads_all
        mine = selectors.every() if all_of_it else selectors.concerning(self.person.id, [p.id for p in seen])
        return form.narrow(self.within(mine, "project_id"))

    def _number(self, name: str, default: int) -> int:
        """A whole number of the query; raises Refused."""
        told = self.request.query_params.get(name, "")
        if not told:
            return default
        number = whole(told, name) or 0
        if name == "limit" and not number:
            raise Refused("number.whole", field=name)
        return number

    def _place(self) -> Place | None:
        told = self.request.query_params.get("cursor", "")
        try:
            return Place.read(told) if told else None
        except ValueError as error:
            raise Refused("audit.place", field="cursor") from error

    def _next(self, last: Event, *, following: bool) -> str:
        query: QueryDict = self.request.query_params.copy()
        if following:
            query["after"] = str(last.seal.position)
        else:
            query["cursor"] = str(Place.of(last))
        return str(self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}"))
