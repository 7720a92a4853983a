"""What changes projects and who is in them. Each function is one transaction with its audit row."""

from apps.projects.services.departing import follow_departures, hand_over, settle
from apps.projects.services.ending import end_memberships, warn_of_ends
from apps.projects.services.founding import (
    archive,
    change_project,
    create_personal,
    create_shared,
    restore,
)
from apps.projects.services.groups import follow_groups, map_group, unmap_group
from apps.projects.services.inviting import accept, decline, hindrance, invite, resend, revoke
from apps.projects.services.members import (
    Until,
    add_member,
    change_member,
    change_role,
    remove_member,
    take_over,
)
from apps.projects.services.reviewing import confirm_review, warn_of_reviews
from apps.projects.services.support import require_standing

__all__ = [
    "Until",
    "accept",
    "add_member",
    "archive",
    "change_member",
    "change_project",
    "change_role",
    "confirm_review",
    "create_personal",
    "create_shared",
    "decline",
    "end_memberships",
    "follow_departures",
    "follow_groups",
    "hand_over",
    "hindrance",
    "invite",
    "map_group",
    "remove_member",
    "require_standing",
    "resend",
    "restore",
    "revoke",
    "settle",
    "take_over",
    "unmap_group",
    "warn_of_ends",
    "warn_of_reviews",
]
