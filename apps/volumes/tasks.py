"""Celery's entry: a message is only a hint to look."""

from collections.abc import Sequence
from typing import Any

from celery import shared_task

from apps.volumes import reconcile

EXPIRES_S = 60  #: what was seen empty must not be deleted long after; what is leaving is asked for again


@shared_task(ignore_result=True, acks_late=False)
def look(**_later: Any) -> None:
    """Look at all work on volumes that is not at rest."""
    reconcile.sweep()
    if reconcile.leaving().exists():
        remove.apply_async(expires=EXPIRES_S)


@shared_task(ignore_result=True, acks_late=False)
def find_strays(**_later: Any) -> None:
    """Compare the volumes that stand with those that apps have; the worker alone may list them."""
    if empty := reconcile.find_strays():
        remove.apply_async(kwargs={"strays": empty}, expires=EXPIRES_S)


@shared_task(ignore_result=True, acks_late=False)
def remove(*, strays: Sequence[int] = (), **_later: Any) -> None:
    """Delete for good: a process of its own may hold that right (deploy/README.md)."""
    reconcile.remove(strays)
