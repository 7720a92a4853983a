"""Celery's entry: a message is only a hint to look."""

from typing import Any

from celery import shared_task

from apps.volumes import reconcile


@shared_task(ignore_result=True, acks_late=False)
def look(**_later: Any) -> None:
    """Look at all work on volumes that is not at rest."""
    reconcile.sweep()


@shared_task(ignore_result=True, acks_late=False)
def find_strays(**_later: Any) -> None:
    """Compare the volumes that stand with those that apps have; the worker alone may list them."""
    reconcile.find_strays()
