"""Words for roles and for what they may do."""

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.projects import selectors
from apps.projects.enums import Role
from apps.projects.models import Project

register = template.Library()
_OWNERS = 3
ACTIONS: Mapping[str, Promise] = {
    "view": _("See apps and figures"),
    "deploy": _("Request and change apps"),
    "operate": _("Stop, start and restart apps"),
    "reveal": _("See secrets"),
    "members": _("Add and remove members"),
    "quota": _("Ask for more quota"),
    "manage": _("Rename, review and archive the project"),
    "delete": _("Delete apps"),
}


@register.filter
def role_in(roles: Mapping[UUID, str], project_id: UUID) -> str:
    """The word for the person's role in a project; nothing where they have none."""
    return str(Role(roles[project_id]).label) if project_id in roles else ""


@register.filter
def role_word(role: str) -> str:
    """The word for a role; as it is where it is none."""
    return str(Role(role).label) if role in Role.values else role


@register.filter
def owner_names(project: Project) -> str:
    """Who owns a project, for whoever needs to ask one of them."""
    owners = selectors.members_of(project).filter(role=Role.OWNER)[:_OWNERS]
    return ", ".join(each.person.label for each in owners if each.person)


@register.filter
def action_word(action: str) -> str:
    """What an action is, in words."""
    return str(ACTIONS.get(action, action))
