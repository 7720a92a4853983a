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
def tell_ending(**_later: object) -> None:
    """Tell owners of grants that end soon, once for each of the days before."""
    services.tell_ending()


@shared_task
def sample_usage(**_later: object) -> None:
    """Note what every project uses today."""
    services.sample_usage()


@shared_task
def thin_usage(**_later: object) -> None:
    """Keep one day a week of what is long ago."""
    services.thin_usage()


@shared_task
def recount(**_later: object) -> None:
    """Report each counter that is not the sum of its charges. Nothing is repaired unseen."""
    for each in services.recount():
        log.error("quotas.difference", label=each.label, dimension=each.dimension, **each.figures())
