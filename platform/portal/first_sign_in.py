"""What a person has from a sign-in on: their own project, its quota, what awaited them, what groups give."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from apps.accounts import selectors as accounts
from apps.accounts import services as accounts_services
from apps.accounts.models import Person
from apps.base.requests import request_id_of
from apps.projects import selectors as projects
from apps.projects import services as projects_services
from apps.quotas import services as quotas
from kernel.actors import Actor
from kernel.units import Amounts


def welcome(person: Person, request: HttpRequest | None = None) -> None:
    """Make the person's project with the lab's default quota; bind memberships that waited; follow groups.

    Called at each sign-in and repeatable, so that whatever a crash left undone is done the next time.
    """
    actor = Actor(
        kind="person",
        id=person.id,
        label=person.label,
        request_id=request_id_of(request) if request else "",
        ip=request.META.get("REMOTE_ADDR") if request else None,
    )
    with transaction.atomic():
        if projects.personal_of(person) is None:
            project = projects_services.create_personal(actor=actor, person=person)
            quotas.open_ledger(project=project, limits=Amounts.of(settings.DEFAULT_QUOTA))
        pending = accounts.pending_of(person)
        if pending is not None:
            projects_services.take_over(actor=actor, pending=pending, person=person)
            accounts_services.forget_pending(pending=pending)
        projects_services.follow_groups(person=person)
