"""The quotas' pages: one project's, all of them, and setting them."""

from apps.quotas.views.listing import every
from apps.quotas.views.setting import lab_ceiling, limits, member_ceiling
from apps.quotas.views.showing import project

__all__ = ["every", "lab_ceiling", "limits", "member_ceiling", "project"]
