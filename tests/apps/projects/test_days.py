"""What the days bring: ends, reviews, and who is told when, once."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals.models import Request
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects import services
from apps.projects.models import Membership, Project
from apps.projects.services.ending import due_notice
from apps.projects.services.founding import in_a_year
from apps.projects.tasks import follow_days
from kernel.errors import Conflict
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
DAY = date(2026, 6, 30)


def today(days: int = 0) -> date:
    """Today, or so many days later."""
    return timezone.localdate() + timedelta(days=days)


DUE: list[tuple[str, int, int, int | None]] = [
    ("too early", 31, 100, None),
    ("the first", 30, 100, 30),
    ("one that was missed", 20, 100, 30),
    ("the second", 14, 100, 14),
    ("the last but one", 7, 100, 7),
    ("the eve", 1, 100, 1),
    ("the day itself", 0, 100, 1),
    ("over", -1, 100, None),
    ("given yesterday for in ten days", 10, 11, None),
    ("given two weeks ago", 7, 21, 7),
]


@pytest.mark.parametrize(("reason", "left", "known", "due"), DUE, ids=[each[0] for each in DUE])
def test_which_notice_is_due(reason: str, left: int, known: int, due: int | None) -> None:
    assert due_notice(DAY - timedelta(days=left), DAY, DAY - timedelta(days=known)) == due, reason


@pytest.mark.parametrize(
    ("day", "next_year"),
    [(date(2026, 11, 24), date(2027, 11, 24)), (date(2028, 2, 29), date(2029, 2, 28))],
)
def test_a_year(day: date, next_year: date) -> None:
    assert in_a_year(day) == next_year


def test_an_end_is_kept_once(dana: Person, alice: Person, genomics: Project) -> None:
    mine = Membership.objects.filter(project=genomics, person=alice)
    mine.update(ends_on=today())
    follow_days()
    assert mine.exists(), "the last day counts"
    mine.update(ends_on=today(-1))
    follow_days()
    follow_days()
    assert not mine.exists()
    event = Event.objects.get(verb="member.ended")
    assert (event.actor_kind, event.target_id) == ("system", str(alice.id))


def test_an_end_is_told_to_member_and_owners_once_each_time(
    dana: Person, alice: Person, genomics: Project
) -> None:
    mine = Membership.objects.filter(project=genomics, person=alice)
    mine.update(created_at=timezone.now() - timedelta(days=200))
    for left in (40, 30, 29, 14, 7, 1, 1):
        mine.update(ends_on=today(40))
        told = due_notice(today(40 - left), today(40), today(-200))
        mine.update(ends_on=today(left))
        follow_days()
        follow_days()
        expected = set() if told is None else {dana.id, alice.id}
        found = Notice.objects.filter(kind="member.ending", params__ends_on=today(left).isoformat())
        assert {each.person_id for each in found} == expected, left
        assert found.count() == len(expected), left


def test_a_review_is_asked_of_owners(dana: Person, alice: Person, genomics: Project) -> None:
    Project.objects.filter(id=genomics.id).update(review_due_on=today(7))
    follow_days()
    follow_days()
    notice = Notice.objects.get(kind="project.review_due")
    assert (notice.person_id, notice.path) == (dana.id, "/projects/genomics/review/")
    Project.objects.filter(id=genomics.id).update(review_due_on=today())
    follow_days()
    assert Notice.objects.filter(kind="project.review_due").count() == 2


def test_overdue_blocks_new_requests_only(
    dana: Person, alice: Person, bob: Person, genomics: Project, signed_in: SignedIn
) -> None:
    catalogue.template()
    large = {"cpu_mhz": 8000, "memory_mib": 64}
    submit(alice, "waits", project_id=genomics.id, resources=large, reason="A course")
    Project.objects.filter(id=genomics.id).update(review_due_on=today())
    submit(alice, "wiki", project_id=genomics.id)
    Project.objects.filter(id=genomics.id).update(review_due_on=today(-1))
    with pytest.raises(Conflict, match=r"project\.review_due"):
        submit(alice, "notes", project_id=genomics.id)
    waiting = Request.objects.get(app__name="waits")
    response = caller(bob).call("POST", f"requests/{waiting.id}/approve/", {"reason": "yes"})
    assert response.status_code == 200, response.content
    client = signed_in(dana)
    assert "/projects/genomics/review/" in client.get("/projects/genomics/").content.decode()
    assert client.get("/projects/genomics/review/").status_code == 200
    client.post("/projects/genomics/review/")
    genomics.refresh_from_db()
    assert genomics.review_due_on == in_a_year(today())
    submit(alice, "notes", project_id=genomics.id, reason="Minutes")
    assert Event.objects.filter(verb="project.reviewed").count() == 1


def test_who_reviews(
    dana: Person, alice: Person, charlie: Person, genomics: Project, signed_in: SignedIn
) -> None:
    own = Project.objects.get(personal_of=dana)
    for method in ("get", "post"):
        url = "/projects/genomics/review/"
        codes = [getattr(signed_in(each), method)(url).status_code for each in (alice, charlie)]
        assert codes == [403, 404]
        assert getattr(signed_in(dana), method)(f"/projects/{own.slug}/review/").status_code == 404
    assert caller(alice).call("POST", f"projects/{genomics.id}/review/", {}).status_code == 403
    assert caller(dana).call("POST", f"projects/{genomics.id}/review/", {}).status_code == 200


def test_an_archived_project_is_left_alone(dana: Person, genomics: Project) -> None:
    Project.objects.filter(id=genomics.id).update(review_due_on=today(7), archived_at=timezone.now())
    follow_days()
    assert not Notice.objects.exists()
    assert services.end_memberships() == 0
