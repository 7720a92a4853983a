"""What the days bring: memberships end, and whom that or a review concerns is told before."""

from celery import shared_task

from apps.projects import services


@shared_task
def follow_days(**_later: object) -> None:
    """End what is over, and write the notices that are due; a repeat does nothing."""
    services.end_memberships()
    services.warn_of_ends()
    services.warn_of_reviews()
