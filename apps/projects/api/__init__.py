"""`projects` with what hangs below them, `invitations`, `groups`, `departures`, `uploads`."""

from apps.projects.api.departures import DepartureViewSet
from apps.projects.api.groups import GroupViewSet
from apps.projects.api.invitations import InvitationViewSet
from apps.projects.api.projects import ProjectViewSet
from apps.projects.api.uploads import UploadViewSet

__all__ = ["DepartureViewSet", "GroupViewSet", "InvitationViewSet", "ProjectViewSet", "UploadViewSet"]
