"""`uploads`: files to make apps of."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.base import uploads
from apps.base.idempotency import idempotent
from apps.base.models import Upload
from apps.base.rest import RoomViewSet
from apps.projects import permissions, selectors
from apps.projects.serializers import NewUpload, UploadSerializer
from kernel.errors import Missing


class UploadViewSet(RoomViewSet):
    """Files to make apps of: kept for a project, named by their id in a request for an app."""

    serializer_class = UploadSerializer
    queryset = Upload.objects.none()
    parser_classes = [MultiPartParser]
    scopes = {"create": "apps:write"}

    @extend_schema(request={"multipart/form-data": NewUpload}, responses={201: UploadSerializer})
    @idempotent
    def create(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Keep a file. What is in it is checked when an app is asked for with it."""
        body = self.read(NewUpload)
        mine = self.within(selectors.visible_to(self.person), "id")
        project = mine.filter(id=body["project"]).first()
        if project is None:
            raise Missing
        permissions.require(self.person, project, "deploy")
        kept = uploads.store(person_id=self.person.id, project_id=project.id, file=body["file"])
        return Response(self.get_serializer(kept).data, status=status.HTTP_201_CREATED)
