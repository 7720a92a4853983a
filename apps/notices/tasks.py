"""What is swept up here."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.notices import services

KEPT_FOR = timedelta(days=365)


@shared_task
def forget_notices(**_later: object) -> None:
    """Drop notices and sent mails after a year."""
    services.forget(older_than=timezone.now() - KEPT_FOR)
