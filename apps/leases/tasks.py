"""What the clock looks at here."""

from celery import shared_task

from apps.leases import services


@shared_task
def follow(**_later: object) -> None:
    """Move leases on and warn of what comes; a repeat does nothing."""
    services.follow()
