"""What is swept up here."""

from celery import shared_task
from django.utils import timezone

from apps.accounts import reconcile, services
from apps.projects import services as projects


@shared_task
def forget_ended(**_later: object) -> None:
    """Drop sessions that have ended and logout tokens that have expired."""
    services.forget_ended(now=timezone.now())


@shared_task
def check_accounts(**_later: object) -> None:
    """Lock out whoever Keycloak has disabled, as far as one can be asked, and see to what they leave."""
    accounts = reconcile.keycloak()
    if accounts is not None:
        reconcile.check_accounts(accounts)
    projects.follow_departures()
