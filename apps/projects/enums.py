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


class Outcome(models.TextChoices):
    """How a departure was closed."""

    RETURNED = "returned", _("The person came back")
    SETTLED = "settled", _("Everything was handed over")


#: highest first
RANK = (Role.OWNER, Role.DEVELOPER, Role.VIEWER)
#: what may be done in a project, in the order in which pages show it
ACTIONS = ("view", "deploy", "operate", "reveal", "members", "quota", "manage", "delete")

#: role -> what it may do in its project. Lab admins may all of it; auditors `view`.
ALLOWED: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset({"view"}),
    Role.DEVELOPER: frozenset({"view", "deploy", "operate", "reveal"}),
    Role.OWNER: frozenset(ACTIONS),
}


def highest(*roles: str) -> str:
    """The highest of these roles; empty where none of them is one."""
    return next((role.value for role in RANK if role in roles), "")
