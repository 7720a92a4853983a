"""Driving work on volumes: each look may be repeated, for jobs have names and states move once."""

from apps.volumes.reconcile.sweep import sweep

__all__ = ["sweep"]
