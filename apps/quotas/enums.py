"""Words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a ceiling holds for, besides each project's own limit."""

    PERSON = "person", _("all personal projects of one member")
    LAB = "lab", _("the whole lab")
