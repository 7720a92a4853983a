"""What is swept up here."""

from celery import shared_task
from django.utils import timezone

from apps.accounts import services


@shared_task
def forget_ended(**_later: object) -> None:
    """Drop sessions that have ended and logout tokens that have expired."""
    services.forget_ended(now=timezone.now())
