"""`rules`: those of the lab, for whoever reads all; written by admins. `absences`: who stands in for whom."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals.models import Absence, Rule
from apps.approvals.rules import Candidate
from apps.approvals.selectors import duty
from apps.approvals.selectors import rules as selectors
from apps.approvals.selectors.trying import LAST, LAST_MAX, try_rule
from apps.approvals.serializers.rules import (
    AbsenceSerializer,
    DryRunSerializer,
    NewAbsence,
    NewRule,
    RuleChange,
    RuleSerializer,
)
from apps.approvals.services import absences as absence_services
from apps.approvals.services import rules as services
from apps.approvals.services.terms import read_terms
from apps.base.idempotency import idempotent
from apps.base.rest import Nothing, RoomViewSet
from kernel.errors import Missing, Refused

_DIGITS = len(str(LAST_MAX))
_TRY = [
    OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="200 with what it would have decided."),
    OpenApiParameter("last", OpenApiTypes.INT, description=f"of how many past requests ({LAST})"),
]


class LabWide(RoomViewSet):
    """What belongs to no project: a token that names projects does not reach it."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Raise Missing for a token of some projects."""
        super().initial(request, *args, **kwargs)
        if getattr(request.auth, "projects", None):
            raise Missing


class RuleViewSet(LabWide):
    """Automatic rules, in their order; the built-in one, within the quota, comes after them."""

    serializer_class = RuleSerializer
    queryset = Rule.objects.none()
    scopes = {
        "list": "requests:read",
        "retrieve": "requests:read",
        "create": "requests:decide",
        "partial_update": "requests:decide",
        "destroy": "requests:decide",
    }
    parameters = {"create": ("dry_run", "last"), "partial_update": ("dry_run", "last")}
    held = ("partial_update", "destroy")

    def get_queryset(self) -> "QuerySet[Rule]":
        """All that stand. Raises Forbidden."""
        return selectors.rules(self.person)

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them in their order."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """One of them."""
        row = selectors.rule(self.person, pk)
        return self.tagged(self.get_serializer(row).data, row.version)

    @extend_schema(request=NewRule, parameters=_TRY, responses={201: RuleSerializer, 200: DryRunSerializer})
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Write a rule after the others, or with `dry_run=true` try it on past requests."""
        body = self.read(NewRule)
        if self.dry_run:
            return self._tried(Candidate(body["name"], 1, read_terms(body["terms"])), None)
        row = services.create_rule(actor=self.actor, person=self.person, **body)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RuleChange, parameters=_TRY, responses={200: RuleSerializer})
    @idempotent
    def partial_update(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Change what is named, or with `dry_run=true` try the changed rule."""
        body, row = self.read(RuleChange), selectors.rule(self.person, pk)
        version = self.held_to(row.version)
        place = body.pop("place", None)
        if self.dry_run:
            terms = read_terms(body.get("terms", row.terms))
            draft = Candidate(body.get("name", row.name), row.version, terms, id=str(row.id))
            return self._tried(draft, place or row.place)
        told = {"actor": self.actor, "person": self.person, "rule_id": row.id}
        row = services.change_rule(**told, version=version, place=place, **body)
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses={204: None})
    @idempotent
    def destroy(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take it away; what it decided, and its history, stay."""
        self.read(Nothing)
        row = selectors.rule(self.person, pk)
        version = self.held_to(row.version)
        services.delete_rule(actor=self.actor, person=self.person, rule_id=row.id, version=version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _tried(self, draft: Candidate, place: int | None) -> Response:
        told = self.request.query_params.get("last", str(LAST))
        if not (told.isascii() and told.isdigit() and len(told) <= _DIGITS and 1 <= int(told) <= LAST_MAX):
            raise Refused("rule.last", field="last", limit=LAST_MAX)
        return Response(DryRunSerializer(try_rule(self.person, draft, place, int(told))).data)


class AbsenceViewSet(LabWide):
    """Admins who are or will be away, and who stands in."""

    serializer_class = AbsenceSerializer
    queryset = Absence.objects.none()
    scopes = {"list": "requests:decide", "create": "requests:decide", "destroy": "requests:decide"}

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List those that last or are to come."""
        return self.listed(duty.absences(self.person))

    @extend_schema(request=NewAbsence, responses={201: AbsenceSerializer})
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Enter one, for oneself or for a colleague who fell ill."""
        body = self.read(NewAbsence)
        row = absence_services.enter_absence(
            actor=self.actor,
            person=self.person,
            away_id=body["person"],
            deputy_id=body["deputy"],
            from_on=body["from_on"],
            to_on=body["to_on"],
        )
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @idempotent
    def destroy(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Take it back, or end it early."""
        self.read(Nothing)
        absence_services.end_absence(actor=self.actor, person=self.person, absence_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
