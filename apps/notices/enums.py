"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Group(models.TextChoices):
    """Kinds of notices that are turned on and off together."""

    DUTY = "duty", _("What I must decide or look after")
    REQUESTS = "requests", _("My requests and quotas")
    PROJECTS = "projects", _("My projects")
    APPS = "apps", _("My apps")
    INVITATIONS = "invitations", _("Invitations")


class ByMail(models.TextChoices):
    """How the notices of a group come by mail. In the portal they stand in any case."""

    AT_ONCE = "now", pgettext_lazy("by mail", "At once")
    DIGEST = "digest", pgettext_lazy("by mail", "Once a day, together")
    OFF = "off", pgettext_lazy("by mail", "Never")
