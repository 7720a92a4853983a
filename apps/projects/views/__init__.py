"""Projects' pages: what they are, who is in them."""

from apps.projects.views.founding import archive, new_project, restore, settings
from apps.projects.views.members import change_member, members, remove_member, suggest
from apps.projects.views.showing import project, projects

__all__ = [
    "archive",
    "change_member",
    "members",
    "new_project",
    "project",
    "projects",
    "remove_member",
    "restore",
    "settings",
    "suggest",
]
