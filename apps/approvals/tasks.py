"""What is swept up here."""

from celery import shared_task

from apps.approvals import services
from apps.approvals.services import duty
from kernel.actors import system


@shared_task
def withdraw_orphans(**_later: object) -> None:
    """Close requests whose app was deleted while they waited."""
    services.withdraw_orphans(actor=system("sweep"))


@shared_task
def expire(**_later: object) -> None:
    """Close requests that nobody has moved for too long."""
    services.expire(actor=system("sweep"))


@shared_task
def remind(**_later: object) -> None:
    """Remind of requests that wait for a decision; tell all admins of those that wait too long."""
    duty.remind()
