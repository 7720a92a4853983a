"""The history of use: a row a day with its peak, of older weeks the Monday alone."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.models import Usage
from apps.quotas.services.sampling import KEEP_DAYS
from kernel.units import Amounts
from tests.factories import projects


@pytest.fixture
def project(dana: Person) -> Project:
    return projects.shared("history", dana, Amounts(9, 900, 900, 900))


def cpu(project: Project) -> list[tuple[date, int, int]]:
    rows = selectors.usage_of(project.id).filter(dimension="cpu_mhz")
    return [(row.day, row.used + row.reserved, row.peak) for row in rows]


def test_a_day_keeps_its_peak(project: Project) -> None:
    holder = uuid4()
    services.reserve(project_id=project.id, holder=holder, amounts=Amounts(apps=1, cpu_mhz=300))
    services.sample_usage()
    services.release(holder=holder, parts={"all"})
    services.sample_usage()
    assert cpu(project) == [(timezone.localdate(), 0, 300)]


def test_old_weeks_are_folded_into_their_mondays(project: Project) -> None:
    today = timezone.localdate()
    first = today - KEEP_DAYS - timedelta(days=30)
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    Usage.objects.bulk_create(
        Usage(project=project, dimension="cpu_mhz", day=day, used=number, reserved=0, peak=number, limit=900)
        for number, day in enumerate(days)
    )
    highest = dict(zip(days, range(len(days)), strict=True))
    assert services.thin_usage() > 0
    kept = cpu(project)
    old = [row for row in kept if row[0] < today - KEEP_DAYS - timedelta(days=7)]
    assert all(day.weekday() == 0 for day, _taken, _peak in old)
    assert len(old) >= 3
    for monday, _taken, peak in old[1:]:
        assert peak == highest[monday + timedelta(days=6)], "the week's peak is its Sunday's here"
    assert {day for day in days if day >= today - KEEP_DAYS} <= {day for day, _taken, _peak in kept}
    assert services.thin_usage() == 0, "again changes nothing"
    assert cpu(project) == kept
