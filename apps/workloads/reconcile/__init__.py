"""Driving apps from whatever stands to what is wanted. The only writer of observations (ADR 0001)."""

from apps.workloads.reconcile.claims import free_the_dead
from apps.workloads.reconcile.record import note_answers
from apps.workloads.reconcile.run import reconcile
from apps.workloads.reconcile.survey import survey, survey_secrets

__all__ = ["free_the_dead", "note_answers", "reconcile", "survey", "survey_secrets"]
