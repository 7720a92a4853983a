"""What both resources share: the app that they hang below."""

from typing import Any
from uuid import UUID

from apps.base.rest import RoomViewSet
from apps.workloads import selectors as workloads
from apps.workloads.models import App
from kernel.errors import Missing

READ, WRITE = "apps:read", "apps:write"


class OfApp(RoomViewSet):
    """What hangs below one app."""

    filter_backends: Any = []

    def app(self, app_id: UUID) -> App:
        """The app, if the caller and the token may see it; raises Missing."""
        seen = self.within(workloads.visible_to(self.person, gone=True), "project_id")
        found = seen.filter(id=app_id).select_related("project", "release").first()
        if found is None:
            raise Missing
        return found
