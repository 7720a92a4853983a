"""What every endpoint shares: scopes, rates, what may be sent, versions, answers to asynchronous work."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import permissions, serializers, status, viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from apps.base.messages import text
from apps.base.requests import actor_of
from kernel.actors import Actor
from kernel.errors import Conflict, Refused

RETRY_AFTER_S = "2"
PAGE = ("limit", "offset")
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_VERSION = re.compile(r"(\d{1,9})(?:-[0-9a-f]+)?")
_M = TypeVar("_M", bound=Model)


class HasScope(permissions.BasePermission):
    """A token may do what its scopes say; a browser session may do what the person may."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the token holds the scope that this action names; an action without one is refused.

        A method that the address does not have is no action: it gets its 405.
        """
        scopes = getattr(request.auth, "scopes", None)
        if scopes is None:
            return True
        action = getattr(view, "action", None)
        needed = getattr(view, "scopes", {}).get(action)
        return action is None or (needed is not None and needed in scopes)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuse fields that are not there: a misspelt or pushed-in field is never silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the body; raises ValidationError naming each unknown field beside what else is wrong."""
        strange = sorted(set(map(str, data)) - set(self.fields)) if isinstance(data, Mapping) else []
        unknown = {name: [_unknown("api.unknown_field")] for name in strange}
        try:
            read = super().to_internal_value(data)
        except ValidationError as error:
            found = error.detail if isinstance(error.detail, dict) else {}
            raise ValidationError({**found, **unknown}) from error
        if unknown:
            raise ValidationError(unknown)
        return read


class Nothing(StrictSerializer):
    """The body of a call that takes none."""


class RoomViewSet(viewsets.GenericViewSet[Any]):
    """The base of each room's endpoints."""

    permission_classes = [permissions.IsAuthenticated, HasScope]
    #: action -> scope that a token needs for it
    scopes: Mapping[str, str] = {}
    #: action -> what may stand in its query, besides a list's own filters and pages
    parameters: Mapping[str, Collection[str]] = {}
    #: actions that answer in pages
    paged: Collection[str] = ("list",)
    #: actions that take a `reason`, with which what goes beyond the quota waits instead of being refused
    justified: Collection[str] = ()
    #: actions that If-Match holds to a version
    held: Collection[str] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what stands in the query and means nothing: a misspelt filter must not list everything."""
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - self._known())
        if unknown:
            raise ValidationError({name: [_unknown("api.unknown_parameter")] for name in unknown})

    def _known(self) -> set[str]:
        known = set(self.parameters.get(self.action or "", ()))
        if self.action in self.paged and self.pagination_class is not None:
            known |= set(PAGE)
        if self.action == "list":
            known |= set(getattr(self, "filterset_fields", ()))
            known |= {"ordering"} if getattr(self, "ordering_fields", ()) else set()
            known |= {"search"} if getattr(self, "search_fields", ()) else set()
        return known

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
        told = self.request.query_params.get("dry_run", "false")
        if told not in {"true", "false"}:
            raise Refused("api.dry_run", field="dry_run")
        return told == "true"

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

    def tagged(self, data: Any, version: int | None = None) -> Response:
        """One object with its ETag; 304 where the caller has it already.

        The tag is a digest of what is answered, after the version (a generation) that If-Match holds to.
        """
        digest = hashlib.sha256(json.dumps(data, cls=JSONEncoder, sort_keys=True).encode()).hexdigest()[:16]
        tag = digest if version is None else f"{version}-{digest}"
        headers = {"ETag": f'W/"{tag}"', "Cache-Control": "private, no-cache"}
        known = self.request.headers.get("If-None-Match", "")
        if tag in _TAG.findall(known) or known.strip() == "*":
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(data, headers=headers)

    def held_to(self, version: int) -> int | None:
        """The version that `If-Match` holds a change to: the present one, or none where nothing is held.

        Raises Refused for what is no tag, Conflict("precondition.failed") where another version stands.
        """
        versions = self._matched()
        if not versions:
            return None
        if version not in versions:
            raise Conflict("precondition.failed", expected=versions[0], version=version)
        return version

    def held_version(self) -> int | None:
        """The version that `If-Match` names, for a service to compare; None where nothing is held.

        Raises Refused for what is no tag.
        """
        versions = self._matched()
        return versions[0] if versions else None

    def _matched(self) -> list[int]:
        told = self.request.headers.get("If-Match", "").strip()
        if told in {"", "*"}:
            return []
        given = [_VERSION.fullmatch(tag) for tag in _TAG.findall(told)]
        versions = [int(found[1]) for found in given if found]
        if not versions:
            raise Refused("api.if_match", field="If-Match")
        return versions


def accepted(body: Any, location: str) -> Response:
    """202: the work goes on; the caller looks at `location` after the named seconds."""
    headers = {"Location": location, "Retry-After": RETRY_AFTER_S}
    return Response(body, status=status.HTTP_202_ACCEPTED, headers=headers)


def _unknown(code: str) -> ErrorDetail:
    return ErrorDetail(text(code), code="unknown")
