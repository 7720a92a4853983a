"""An app with a lease, and a calendar."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.workloads.models import App
from tests.apps.leases.days import Calendar, calendar
from tests.factories import catalogue
from tests.factories.apps import submit


@pytest.fixture
def days() -> Iterator[Calendar]:
    with calendar() as told:
        yield told


@pytest.fixture
def app(alice: Person, genomics: Project, days: Calendar) -> App:
    """alice's, in the shared project: a hundred days from today."""
    catalogue.template()
    ends_on = timezone.localdate(days.now) + timedelta(days=100)
    return submit(alice, project_id=genomics.id, ends_on=ends_on).app
