"""Projects' pages: what they are, who is in them."""

from apps.projects.views.founding import archive, new_project, restore, settings
from apps.projects.views.invitations import accept, decline, invitation, invite, resend, revoke
from apps.projects.views.lab import departure, departures, groups, hand_over, settle, unmap_group
from apps.projects.views.members import change_member, members, remove_member, suggest
from apps.projects.views.reviewing import review
from apps.projects.views.showing import project, projects

__all__ = [
    "accept",
    "archive",
    "change_member",
    "decline",
    "departure",
    "departures",
    "groups",
    "hand_over",
    "invitation",
    "invite",
    "members",
    "new_project",
    "project",
    "projects",
    "remove_member",
    "resend",
    "restore",
    "review",
    "revoke",
    "settings",
    "settle",
    "suggest",
    "unmap_group",
]
