"""Reading the ledger: for gauges, for "what will it use", for refusals, for its history."""

from apps.quotas.selectors.exact import Unequal, differences, open_differences, unequal_ceilings
from apps.quotas.selectors.figures import (
    CeilingFigure,
    Figure,
    Projection,
    ceilings,
    ceilings_if,
    ceilings_version,
    figures,
    held_by,
    holders,
    require_ceilings,
    resting,
    version_of,
    what_if,
)
from apps.quotas.selectors.history import ceiling_changes, changes_of, usage_of
from apps.quotas.selectors.lists import ORDERS, Standing, standing, with_counters

__all__ = [
    "ORDERS",
    "CeilingFigure",
    "Figure",
    "Projection",
    "Standing",
    "Unequal",
    "ceiling_changes",
    "ceilings",
    "ceilings_if",
    "ceilings_version",
    "changes_of",
    "differences",
    "figures",
    "held_by",
    "holders",
    "open_differences",
    "require_ceilings",
    "resting",
    "standing",
    "unequal_ceilings",
    "usage_of",
    "version_of",
    "what_if",
    "with_counters",
]
