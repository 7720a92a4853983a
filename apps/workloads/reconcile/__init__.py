"""Driving apps from whatever stands to what is wanted. The only writer of observations (ADR 0001)."""

from apps.workloads.reconcile.record import note_answers
from apps.workloads.reconcile.run import reconcile

__all__ = ["note_answers", "reconcile"]
