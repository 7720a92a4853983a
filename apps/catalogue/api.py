"""`templates`: what can be asked for."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base.rest import RoomViewSet
from apps.catalogue import selectors
from apps.catalogue.models import Template
from apps.catalogue.serializers import TemplateDetailSerializer, TemplateSerializer


class TemplateViewSet(RoomViewSet):
    """The catalogue."""

    serializer_class = TemplateSerializer
    queryset = Template.objects.none()
    lookup_field = "slug"
    filterset_fields = ["kind"]
    ordering_fields = ["slug", "kind"]
    search_fields = ["slug", "title", "summary"]
    scopes = {"list": "templates:read", "retrieve": "templates:read"}

    def get_queryset(self) -> "QuerySet[Template]":
        """What is offered to the caller."""
        return selectors.offered(self.request.user).select_related("current").order_by("slug")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """List them."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=TemplateDetailSerializer)
    def retrieve(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - DRF's signature
        """One, with its versions and its parameters' schema."""
        template = get_object_or_404(self.get_queryset().prefetch_related("versions"), slug=slug)
        return self.tagged(TemplateDetailSerializer(template, context=self.get_serializer_context()).data)
