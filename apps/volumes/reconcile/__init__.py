"""Driving work on volumes: each look may be repeated, for jobs have names and states move once."""

from apps.volumes.reconcile.removing import leaving, remove
from apps.volumes.reconcile.strays import find_strays
from apps.volumes.reconcile.sweep import sweep

__all__ = ["find_strays", "leaving", "remove", "sweep"]
