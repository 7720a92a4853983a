"""What changes projects and who is in them. Each function is one transaction with its audit row."""

from apps.projects.services.founding import (
    archive,
    change_project,
    create_personal,
    create_shared,
    restore,
)
from apps.projects.services.members import (
    Until,
    add_member,
    change_member,
    change_role,
    remove_member,
    take_over,
)

__all__ = [
    "Until",
    "add_member",
    "archive",
    "change_member",
    "change_project",
    "change_role",
    "create_personal",
    "create_shared",
    "remove_member",
    "restore",
    "take_over",
]
