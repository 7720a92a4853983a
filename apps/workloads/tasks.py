"""Celery's entry: a message is only a hint to look, so losing one or having it twice does no harm."""

from typing import Any
from uuid import UUID

from celery import shared_task

from apps.workloads.reconcile import reconcile

TIME_LIMIT_S = 60


@shared_task(
    name="workloads.reconcile_app", ignore_result=True, queue="reconcile", time_limit=TIME_LIMIT_S, expires=60
)
def reconcile_app(*, app_id: str, **_later: Any) -> None:
    """Look at one app."""
    reconcile(UUID(app_id))
