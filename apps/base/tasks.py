"""What is swept up here."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.approvals.selectors.files import uploads_in_use as of_requests
from apps.base import services
from apps.workloads.selectors import uploads_in_use as of_apps

KEPT_FOR = timedelta(hours=24)


@shared_task
def forget_answers(**_later: object) -> None:
    """Drop the answers of calls with an idempotency key after a day."""
    services.forget_answers(older_than=timezone.now() - KEPT_FOR)


@shared_task
def forget_uploads(**_later: object) -> None:
    """Drop members' files that no standing app and no open request names, some time after they were sent."""
    grace = timedelta(hours=settings.UPLOAD_UNUSED_HOURS)
    services.forget_unused(older_than=timezone.now() - grace, in_use=lambda: {*of_apps(), *of_requests()})
