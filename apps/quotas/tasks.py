"""What is swept up here."""

import structlog
from celery import shared_task

from apps.quotas import services

log = structlog.get_logger(__name__)


@shared_task
def end_grants(**_later: object) -> None:
    """Let grants end whose last day is over."""
    services.end_grants()


@shared_task
def recount(**_later: object) -> None:
    """Report each counter that is not the sum of its charges. Nothing is repaired unseen."""
    for each in services.recount():
        log.error("quotas.difference", **vars(each) | {"project_id": str(each.project_id)})
