"""What is swept up here."""

from celery import shared_task

from apps.approvals import services
from kernel.actors import system


@shared_task
def withdraw_orphans(**_later: object) -> None:
    """Close requests whose app was deleted while they waited."""
    services.withdraw_orphans(actor=system("sweep"))
