"""What is swept up here."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.base import services

KEPT_FOR = timedelta(hours=24)


@shared_task
def forget_answers(**_later: object) -> None:
    """Drop the answers of calls with an idempotency key after a day."""
    services.forget_answers(older_than=timezone.now() - KEPT_FOR)
