"""Changing leases. Each function is one transaction with its audit row, and calls nothing outside."""

from apps.leases.services.beginning import begin, chosen_end
from apps.leases.services.following import follow
from apps.leases.services.keeping import set_always_on
from apps.leases.services.links import Link, look, path_of
from apps.leases.services.renewing import LONGEST_DAYS, lengthen, renew, renew_by_link, require_longer
from apps.leases.services.setting import set_terms

__all__ = [
    "LONGEST_DAYS",
    "Link",
    "begin",
    "chosen_end",
    "follow",
    "lengthen",
    "look",
    "path_of",
    "renew",
    "renew_by_link",
    "require_longer",
    "set_always_on",
    "set_terms",
]
