"""What every endpoint shares: scopes, unknown fields refused, the actor, answers to asynchronous work."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import permissions, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.base.requests import actor_of
from kernel.actors import Actor

RETRY_AFTER_S = "2"
_M = TypeVar("_M", bound=Model)


class HasScope(permissions.BasePermission):
    """A token may do what its scopes say; a browser session may do what the person may."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the token holds the scope that this action names; an action without one is refused."""
        scopes = getattr(request.auth, "scopes", None)
        if scopes is None:
            return True
        needed = getattr(view, "scopes", {}).get(getattr(view, "action", None))
        return needed is not None and needed in scopes


class StrictSerializer(serializers.Serializer[Any]):
    """Refuse fields that are not there: a misspelt or pushed-in field is never silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the body; raises ValidationError naming each unknown field."""
        if isinstance(data, Mapping):
            unknown = set(data) - set(self.fields)
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: serializers.ErrorDetail("unknown field", code="unknown")
                        for name in sorted(unknown)
                    }
                )
        return super().to_internal_value(data)


class RoomViewSet(viewsets.GenericViewSet[Any]):
    """The base of each room's endpoints."""

    permission_classes = [permissions.IsAuthenticated, HasScope]
    #: action -> scope that a token needs for it
    scopes: Mapping[str, str] = {}

    @property
    def actor(self) -> Actor:
        """Who calls, for the audit."""
        return actor_of(self.request)

    @property
    def person(self) -> Any:
        """Who calls: a Person, which this room cannot name; permission_classes let nobody else in."""
        return self.request.user

    @property
    def dry_run(self) -> bool:
        """Whether the caller only wants to know what would happen."""
        return self.request.query_params.get("dry_run") == "true"

    def within(self, queryset: "QuerySet[_M]", field: str) -> "QuerySet[_M]":
        """Narrow what the person sees to the projects that the token names."""
        projects = getattr(self.request.auth, "projects", None)
        return queryset.filter(**{f"{field}__in": projects}) if projects else queryset

    def read(self, serializer: type[serializers.Serializer[Any]]) -> Any:
        """Validate the body; raises ValidationError."""
        reader = serializer(data=self.request.data, context=self.get_serializer_context())
        reader.is_valid(raise_exception=True)
        return reader.validated_data

    def listed(self, queryset: "QuerySet[Any]") -> Response:
        """One page of a list. The filters are the resource's own: what hangs below one object has none."""
        found = self.filter_queryset(queryset) if self.action == "list" else queryset
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def accepted(body: Any, location: str) -> Response:
    """202: the work goes on; the caller looks at `location` after the named seconds."""
    headers = {"Location": location, "Retry-After": RETRY_AFTER_S}
    return Response(body, status=status.HTTP_202_ACCEPTED, headers=headers)
