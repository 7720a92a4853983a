"""`notices`: what the caller was told."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet
from apps.notices import selectors, services
from apps.notices.kinds import may_stop
from apps.notices.models import Notice
from apps.notices.serializers import (
    NewPreferences,
    NoticeSerializer,
    PreferencesSerializer,
    ReadSerializer,
)
from kernel.errors import Missing, Refused

_UNREAD = OpenApiParameter("unread", bool, description="Only those that are unread (true) or read (false).")
_SCOPE = "profile:read"


class NoticeViewSet(RoomViewSet):
    """The caller's notices. A token that is bound to projects sees none: they may be about others."""

    serializer_class = NoticeSerializer
    queryset = Notice.objects.none()
    filterset_fields = ["kind"]
    parameters = {"list": ("unread",)}
    scopes = {
        **dict.fromkeys(["list", "retrieve", "read_one", "read_all", "preferences"], _SCOPE),
        "set_preferences": "profile:write",
    }

    def get_queryset(self) -> "QuerySet[Notice]":
        """Only the caller's."""
        mine = selectors.of_person(self.person.id)
        return mine.none() if getattr(self.request.auth, "projects", None) else mine

    @extend_schema(parameters=[_UNREAD])
    def list(self, request: Request) -> Response:
        """List them, the newest first."""
        told = request.query_params.get("unread")
        if told not in {None, "true", "false"}:
            raise Refused("api.boolean", field="unread")
        found = self.get_queryset()
        return self.listed(found if told is None else found.filter(read_at__isnull=told == "true"))

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them. Reading it here does not mark it."""
        return self.tagged(self.get_serializer(self.get_object()).data)

    @extend_schema(request=Nothing, responses=NoticeSerializer)
    @action(detail=True, methods=["post"], url_path="read")
    @idempotent
    def read_one(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Mark one as read. Done twice, it keeps the first time."""
        self.read(Nothing)
        notice = self.get_object()
        services.mark_read(person_id=self.person.id, notice_ids=[notice.id])
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(operation_id="notices_read_all", request=Nothing, responses=ReadSerializer)
    @action(detail=False, methods=["post"], url_path="read")
    @idempotent
    def read_all(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Mark all as read."""
        self.read(Nothing)
        restricted = getattr(self.request.auth, "projects", None)
        return Response({"read": 0 if restricted else services.mark_read(person_id=self.person.id)})

    @extend_schema(operation_id="notices_preferences", responses=PreferencesSerializer)
    @action(detail=False, filter_backends=[], pagination_class=None)
    def preferences(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """How each group of notices comes by mail, and at which hour the daily mail leaves."""
        self._whole()
        return self.tagged(self._chosen())

    @extend_schema(
        operation_id="notices_set_preferences", request=NewPreferences, responses=PreferencesSerializer
    )
    @preferences.mapping.patch
    @idempotent
    def set_preferences(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Choose; what is not named stays. Mails by which somebody waits for you cannot be turned off."""
        self._whole()
        body = self.read(NewPreferences)
        services.set_preferences(person_id=self.person.id, **{"by_mail": {}, **body})
        return Response(self._chosen())

    def _whole(self) -> None:
        """A token that is bound to projects has no part in what is the person's alone. Raises Missing."""
        if getattr(self.request.auth, "projects", None):
            raise Missing

    def _chosen(self) -> dict[str, object]:
        person_id = self.person.id
        return {
            "by_mail": dict(selectors.preferences(person_id)),
            "hour": selectors.digest_hour(person_id),
            "always": [group for group in selectors.preferences(person_id) if not may_stop(group)],
        }
