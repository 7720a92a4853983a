"""Celery's entry: a message is only a hint to look."""

from typing import Any

from celery import shared_task

from apps.volumes.reconcile import sweep


@shared_task(ignore_result=True, acks_late=False)
def look(**_later: Any) -> None:
    """Look at all work on volumes that is not at rest."""
    sweep()
