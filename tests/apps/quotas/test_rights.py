"""Rights: dimensions that an app has or not, whatever its size. None is given without an admin."""

from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.models import Ceiling, Charge, Counter
from kernel.errors import CeilingReached, QuotaExceeded
from kernel.units import RIGHTS, Amounts
from tests.cast import actor

ON = "always_on"


def taken(project: Project) -> tuple[int, int, int]:
    """Used, reserved and limit of the right."""
    each = Counter.objects.get(project=project, dimension=ON)
    return each.used, each.reserved, each.limit


def grant(bob: Person, project: Project, limit: int) -> None:
    services.set_limit(actor=actor(bob), project=project, limits={ON: limit}, reason="the lab's home page")


def test_nobody_has_one_to_begin_with(genomics: Project) -> None:
    with pytest.raises(QuotaExceeded) as refused:
        services.take_right(project_id=genomics.id, holder=uuid4(), right=ON)
    (short,) = refused.value.shortfalls
    assert (short.dimension, short.used, short.asked, short.limit) == (ON, 0, 1, 0)
    assert taken(genomics) == (0, 0, 0)
    assert {ON} == RIGHTS


def test_what_was_granted_is_taken_once_a_holder(bob: Person, genomics: Project) -> None:
    grant(bob, genomics, 1)
    wiki, other = uuid4(), uuid4()
    for _twice in range(2):
        services.take_right(project_id=genomics.id, holder=wiki, right=ON)
    assert taken(genomics) == (1, 0, 1), "who has it does not take it again"
    with pytest.raises(QuotaExceeded):
        services.take_right(project_id=genomics.id, holder=other, right=ON)
    services.release(holder=wiki, parts={"rights"})
    services.take_right(project_id=genomics.id, holder=other, right=ON)
    assert not Charge.objects.filter(holder=wiki).exists()
    assert services.recount() == ()


def test_a_change_of_size_leaves_the_right_alone(bob: Person, genomics: Project) -> None:
    """Releases, starts and scaling say what an app takes: none of them knows of its right."""
    grant(bob, genomics, 1)
    wiki, small = uuid4(), Amounts(apps=1, cpu_mhz=100)
    services.reserve(project_id=genomics.id, holder=wiki, amounts=small)
    services.take_right(project_id=genomics.id, holder=wiki, right=ON)
    services.change_reservation(project_id=genomics.id, holder=wiki, amounts=Amounts(apps=1, cpu_mhz=300))
    services.release(holder=wiki, parts={"running"})
    foreseen = {each.dimension: each for each in selectors.what_if(genomics.id, small, wiki)}
    assert (foreseen[ON].asked, foreseen[ON].fits) == (0, True)
    assert taken(genomics) == (1, 0, 1)
    services.release(holder=wiki, parts={"all"})
    assert taken(genomics) == (0, 0, 1)
    assert services.recount() == ()


def test_a_ceiling_of_the_lab_holds_for_it(bob: Person, genomics: Project) -> None:
    grant(bob, genomics, 2)
    services.set_ceiling(actor=actor(bob), limits={ON: 1}, reason="one for all")
    services.take_right(project_id=genomics.id, holder=uuid4(), right=ON)
    with pytest.raises(CeilingReached):
        services.take_right(project_id=genomics.id, holder=uuid4(), right=ON)
    assert taken(genomics) == (1, 0, 2)
    assert services.recount() == ()


def test_ledgers_of_before_get_the_counter(genomics: Project) -> None:
    """The migration, on a ledger as an earlier version left it; a second run changes nothing."""
    Counter.objects.filter(dimension=ON).delete()
    Ceiling.objects.filter(dimension=ON).delete()
    migrate = import_module("apps.quotas.migrations.0005_always_on").open_counters
    for _twice in range(2):
        migrate(apps, connection.schema_editor())
    assert taken(genomics) == (0, 0, 0)
    assert Counter.objects.filter(dimension=ON).count() == Project.objects.count()
    scopes = Ceiling.objects.filter(dimension=ON).values_list("scope", flat=True)
    assert sorted(scopes) == sorted(Ceiling.objects.filter(dimension="apps").values_list("scope", flat=True))
    assert services.recount() == ()
