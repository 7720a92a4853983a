"""`projects` with what hangs below them, `invitations`, `groups`, `uploads`."""

from apps.projects.api.groups import GroupViewSet
from apps.projects.api.invitations import InvitationViewSet
from apps.projects.api.projects import ProjectViewSet
from apps.projects.api.uploads import UploadViewSet

__all__ = ["GroupViewSet", "InvitationViewSet", "ProjectViewSet", "UploadViewSet"]
