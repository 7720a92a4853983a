"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LabRole(models.TextChoices):
    """A role in the whole lab, from Keycloak's groups by exact full path."""

    NONE = "", _("Member")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Scope(models.TextChoices):
    """What a token may do, never more than its owner."""

    PROFILE_READ = "profile:read", _("read your profile")
    PROFILE_WRITE = "profile:write", _("choose how notices reach you")
    PROJECTS_READ = "projects:read", _("read your projects and quotas")
    PROJECTS_WRITE = "projects:write", _("make and change projects, manage members")
    TEMPLATES_READ = "templates:read", _("read the catalogue")
    APPS_READ = "apps:read", _("read your apps")
    APPS_WRITE = "apps:write", _("request, change, stop, start and delete apps")
    SECRETS_REVEAL = "secrets:reveal", _("reveal secrets of your apps")
    REQUESTS_READ = "requests:read", _("read requests")
    REQUESTS_WRITE = "requests:write", _("ask for quota, projects and rights, and discuss requests")
    AUDIT_READ = "audit:read", _("read the audit, as far as you may")
    REQUESTS_DECIDE = "requests:decide", _("decide requests (administrators)")
