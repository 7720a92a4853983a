"""What changes in this room. Every change of a counter is one conditional UPDATE (ADR 0005).

Locks, always in this order: the caller's project and app, then the holder's charges, then the project's
counters in the order of kernel.units.DIMENSIONS, then the ceilings: the member's, last the lab's, whose rows
everybody shares. So no two changes wait for each other in a ring, and the shared rows are held the shortest.
"""

from apps.quotas.services.ceilings import set_ceiling
from apps.quotas.services.checking import MOST
from apps.quotas.services.ledger import (
    PARTS,
    change_reservation,
    mark_used,
    open_ledger,
    release,
    reserve,
    reserve_beyond,
    take_right,
)
from apps.quotas.services.limits import end_grants, set_limit, tell_ending
from apps.quotas.services.moving import hand_over
from apps.quotas.services.recounting import recount
from apps.quotas.services.sampling import sample_usage, thin_usage

__all__ = [
    "MOST",
    "PARTS",
    "change_reservation",
    "end_grants",
    "hand_over",
    "mark_used",
    "open_ledger",
    "recount",
    "release",
    "reserve",
    "reserve_beyond",
    "sample_usage",
    "set_ceiling",
    "set_limit",
    "take_right",
    "tell_ending",
    "thin_usage",
]
