"""The quotas' pages: what stands, its history, all projects', and setting limits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.quotas import selectors, services
from apps.quotas.models import Counter, Usage
from kernel.units import Amounts
from tests.cast import actor
from tests.factories import projects
from tests.factories.apps import submit
from tests.factories.catalogue import template

Enter = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def days_of(project: Project, count: int) -> None:
    today = timezone.localdate()
    Usage.objects.bulk_create(
        Usage(
            project=project,
            dimension="cpu_mhz",
            day=today - timedelta(days=n),
            used=100,
            reserved=n,
            peak=100 + n,
            limit=4000 if n > 5 else 8000,
        )
        for n in range(count)
    )


def test_a_project_shows_gauges_chart_table_holders_and_history(
    genomics: Project, alice: Person, bob: Person, signed_in: Enter
) -> None:
    template()
    submit(alice, "wiki", project_id=genomics.id)
    days_of(genomics, 30)
    until = timezone.localdate() + timedelta(days=9)
    services.set_limit(
        actor=actor(bob), project=genomics, limits={"cpu_mhz": 99_000}, reason="a course", until=until
    )
    page = signed_in(alice).get(f"/projects/{genomics.slug}/quota/").content.decode()
    for words in ("<polygon", "<polyline", "The same as a table", "wiki", "a course", "Granted for a time"):
        assert words in page, words
    assert page.count("<tr>") > 30
    assert "Set the limits" not in page, "for administrators"


@pytest.mark.parametrize("count", [0, 1], ids=["no day", "one day"])
def test_there_is_no_chart_before_the_second_day(
    genomics: Project, alice: Person, signed_in: Enter, count: int
) -> None:
    days_of(genomics, count)
    page = signed_in(alice).get(f"/projects/{genomics.slug}/quota/").content.decode()
    assert "From the second day on" in page
    assert ("The same as a table" in page) == bool(count)


def test_what_is_over_and_what_is_not_exact_is_marked(
    genomics: Project, alice: Person, bob: Person, signed_in: Enter
) -> None:
    assert bob.is_admin
    holder = uuid4()
    today = timezone.localdate()
    services.set_limit(actor=actor(bob), project=genomics, limits={"gpus": 4}, reason="a course", until=today)
    services.reserve(project_id=genomics.id, holder=holder, amounts=Amounts(apps=1, gpus=3))
    Counter.objects.filter(project=genomics, dimension="gpus").update(granted_until=today - timedelta(days=1))
    services.end_grants()
    client = signed_in(alice)
    page = client.get(f"/projects/{genomics.slug}/quota/?dimension=gpus").content.decode()
    assert "Over: GPUs may have 0, and 3 is held." in " ".join(page.split())
    assert "not what is charged" not in page
    Counter.objects.filter(project=genomics, dimension="apps").update(used=2)
    services.recount()
    assert "not what is charged" in client.get(f"/projects/{genomics.slug}/quota/").content.decode()
    every = signed_in(bob).get("/quotas/").content.decode()
    assert "counted 2 used and 1 reserved, charged 0 and 1" in " ".join(every.split())


@pytest.mark.parametrize("path", ["", "set/", "ceiling/"])
def test_a_stranger_sees_what_stands_nowhere(
    genomics: Project, charlie: Person, signed_in: Enter, path: str
) -> None:
    client = signed_in(charlie)
    theirs = client.get(f"/projects/{genomics.slug}/quota/{path}")
    nowhere = client.get(f"/projects/nowhere/quota/{path}")
    assert theirs.status_code == nowhere.status_code == 404
    assert client.post(f"/projects/{genomics.slug}/quota/{path}").status_code == (405 if not path else 404)


@pytest.mark.parametrize("path", ["/quotas/", "/quotas/ceiling/"])
def test_members_do_not_find_the_labs_pages(dana: Person, signed_in: Enter, path: str) -> None:
    assert signed_in(dana).get(path).status_code == 404


def test_auditors_look_and_set_nothing(genomics: Project, erik: Person, signed_in: Enter) -> None:
    client = signed_in(erik)
    assert client.get("/quotas/").status_code == 200
    for path in (f"/projects/{genomics.slug}/quota/set/", "/quotas/ceiling/"):
        assert client.get(path).status_code == client.post(path).status_code == 404


def form_of(project: Project, **changes: Any) -> dict[str, Any]:
    stands = {each.dimension: each.base_limit for each in selectors.figures(project.id)}
    return {**stands, "reason": "a course", "version": selectors.version_of(project.id), **changes}


def test_an_admin_sets_limits_until_a_day(genomics: Project, bob: Person, signed_in: Enter) -> None:
    until = timezone.localdate() + timedelta(days=30)
    sent = form_of(genomics, cpu_mhz=99_000, until=until.isoformat())
    answer = signed_in(bob).post(f"/projects/{genomics.slug}/quota/set/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/projects/{genomics.slug}/quota/")
    cpu = next(each for each in selectors.figures(genomics.id) if each.dimension == "cpu_mhz")
    assert (cpu.limit, cpu.granted_until) == (99_000, until)


@pytest.mark.parametrize(
    ("changes", "words", "reason"),
    [
        ({"cpu_mhz": 40}, "60 MHz would have to go", "less than what is in use, with what would have to go"),
        ({"cpu_mhz": -1}, "greater than or equal to 0", "negative"),
        ({"cpu_mhz": "1.5"}, "whole number", "a fraction"),
        ({"cpu_mhz": "NaN"}, "whole number", "no number"),
        ({"reason": " ", "apps": 99}, "Say why", "nobody says why"),
        ({"until": "2001-01-01", "apps": 99}, "is over already", "an end that is over"),
        ({"version": 99, "apps": 99}, "changed meanwhile", "somebody else was faster"),
    ],
)
def test_what_is_refused_stands_beside_its_field(
    genomics: Project,
    alice: Person,
    bob: Person,
    signed_in: Enter,
    changes: dict[str, Any],
    words: str,
    reason: str,
) -> None:
    template()
    submit(alice, "wiki", project_id=genomics.id)
    before = selectors.figures(genomics.id)
    answer = signed_in(bob).post(f"/projects/{genomics.slug}/quota/set/", form_of(genomics, **changes))
    assert answer.status_code == 422, reason
    assert words in answer.content.decode(), reason
    assert selectors.figures(genomics.id) == before, reason


def test_ceilings_of_the_lab_and_of_a_member(
    genomics: Project, dana: Person, bob: Person, signed_in: Enter
) -> None:
    client = signed_in(bob)
    sent = {"apps": 100, "reason": "the machines end here", "version": 0}
    assert client.post("/quotas/ceiling/", sent).status_code == 302
    own = dana.personal_project
    assert client.post(f"/projects/{own.slug}/quota/ceiling/", {**sent, "apps": 3}).status_code == 302
    assert [each.limit for each in selectors.ceilings(own.id) if each.dimension == "apps"] == [3, 100]
    assert "Ceilings above it" in signed_in(dana).get(f"/projects/{own.slug}/quota/").content.decode()
    assert client.get(f"/projects/{genomics.slug}/quota/ceiling/").status_code == 404, "it is nobody's own"


@pytest.mark.parametrize("path", ["/quotas/", "/projects/genomics/quota/"])
def test_queries_do_not_grow(
    genomics: Project,
    dana: Person,
    bob: Person,
    signed_in: Enter,
    path: str,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    client = signed_in(bob)
    grow(genomics, dana, bob, range(1))
    client.get(path)
    with django_assert_max_num_queries(30) as few:
        client.get(path)
    grow(genomics, dana, bob, range(1, 9))
    with django_assert_num_queries(len(few)):
        client.get(path)


def grow(project: Project, dana: Person, bob: Person, numbers: range) -> None:
    """More projects, and in one of them more holders, changes and days."""
    for number in numbers:
        projects.shared(f"more-{number}", dana)
        services.reserve(project_id=project.id, holder=uuid4(), amounts=Amounts(cpu_mhz=1))
        services.set_limit(actor=actor(bob), project=project, limits={"apps": 50 + number}, reason="more")
    Usage.objects.filter(project=project).delete()
    days_of(project, 5 * len(numbers))
