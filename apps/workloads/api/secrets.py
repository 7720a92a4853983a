"""An app's secrets: names and ages; values only on demand, audited."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.rest import Nothing
from apps.workloads import live
from apps.workloads.api.answers import Answers
from apps.workloads.api.scopes import READ, REVEAL, WRITE
from apps.workloads.serializers import (
    OperationSerializer,
    RevealedSerializer,
    SecretChoice,
    SecretSerializer,
    SecretValues,
)

SCOPES = {"secrets": READ, "provide": WRITE, "rotate": WRITE, "reveal": REVEAL}


class Secrets(Answers):
    """The secrets of one app."""

    @extend_schema(responses=SecretSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def secrets(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Give the secrets' names and ages; never a value."""
        return Response(live.secret_names(self.get_object()))

    @extend_schema(request=SecretValues, responses=SecretSerializer(many=True))
    @secrets.mapping.put
    def provide(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Provide the values that the template asks of members."""
        app, values = self.get_object(), self.read(SecretValues)["secrets"]
        live.provide_secret(actor=self.actor, person=self.person, app=app, values=values)
        return Response(live.secret_names(app))

    @extend_schema(request=SecretChoice, responses={202: OperationSerializer})
    @action(detail=True, methods=["post"], url_path="secrets/rotate")
    def rotate(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Draw new values: of all generated secrets, or of those named. Nobody sees them; it is a release.

        It writes to OpenBao, which no transaction may wait for: so it takes no idempotency key, and a repeat
        draws once more.
        """
        app, names = self.get_object(), self.read(SecretChoice)["names"]
        return self.accepted(live.rotate_secret(actor=self.actor, person=self.person, app=app, names=names))

    @extend_schema(request=None, responses=RevealedSerializer)
    @action(detail=True, methods=["post"], url_path="secrets/reveal")
    def reveal(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """Show the values, for those allowed; audited before they are read. No answer of it is kept."""
        self.read(Nothing)
        shown = live.reveal_secret(actor=self.actor, person=self.person, app=self.get_object())
        return Response({"values": shown}, headers={"Cache-Control": "no-store"})
