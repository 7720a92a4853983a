"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member may do in a project."""

    VIEWER = "viewer", _("Viewer")
    DEVELOPER = "developer", _("Developer")
    OWNER = "owner", _("Owner")


class ProjectKind(models.TextChoices):
    """Whose it is."""

    PERSONAL = "personal", _("Personal")
    SHARED = "shared", _("Shared")


#: role -> what it may do in its project. Lab admins may all of it; auditors `view`.
ALLOWED: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset({"view"}),
    Role.DEVELOPER: frozenset({"view", "deploy", "operate", "reveal"}),
    Role.OWNER: frozenset({"view", "deploy", "operate", "reveal", "members", "quota", "delete"}),
}
