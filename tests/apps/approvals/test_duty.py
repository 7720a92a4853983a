"""Who has to decide: colleagues, deputies, reminders, escalation."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.enums import LabRole
from apps.accounts.models import Person
from apps.approvals.models import Absence, Duty, Request
from apps.approvals.selectors.duty import acting, deputies, mine, who_decides
from apps.approvals.services import reject
from apps.approvals.services.absences import end_absence, enter_absence
from apps.approvals.services.duty import assign, remind
from apps.audit.models import Event
from apps.notices.models import Notice
from kernel.errors import Conflict, Forbidden, Missing, Refused
from tests.cast import actor
from tests.factories import catalogue, people
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
BIG = {"cpu_mhz": 6000}


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    settings.DECISION_REMIND_DAYS = 2
    settings.DECISION_ESCALATE_DAYS = 5
    catalogue.template()


@pytest.fixture
def nora(db: None) -> Person:
    """A second admin."""
    return people.person("nora", lab_role=LabRole.ADMIN)


@pytest.fixture
def omar(db: None) -> Person:
    """A third."""
    return people.person("omar", lab_role=LabRole.ADMIN)


def waiting(person: Person, name: str = "wiki", days: float = 0) -> Request:
    """A request that has waited for so many days."""
    asked = submit(person, name, resources=BIG, reason="Please").request
    assert asked is not None
    if days:
        since = timezone.now() - timedelta(days=days)
        Request.objects.filter(id=asked.id).update(state_since=since, created_at=since)
        asked.refresh_from_db()
    return asked


def give(by: Person, request: Request, to: Person | None) -> Duty:
    return assign(
        actor=actor(by), person=by, request_id=request.id, assignee_id=to.id if to is not None else None
    )


def away(who: Person, deputy: Person, first: int = 0, last: int = 7) -> Absence:
    """From so many days from now to so many."""
    today = timezone.localdate()
    return enter_absence(
        actor=actor(who),
        person=who,
        away_id=who.id,
        deputy_id=deputy.id,
        from_on=today + timedelta(days=first),
        to_on=today + timedelta(days=last),
    )


def told(kind: str) -> set[str]:
    """Who has a notice of this kind."""
    return set(Notice.objects.filter(kind=kind).values_list("person__login", flat=True))


def test_whoever_it_is_given_to_is_told(alice: Person, bob: Person, nora: Person) -> None:
    asked = waiting(alice)
    assert told("request.asked") == {"bob", "nora"}
    Notice.objects.all().delete()
    give(bob, asked, nora)
    assert told("request.asked") == {"nora"}
    assert who_decides(asked) == [nora.id]
    event = Event.objects.get(verb="request.assigned")
    assert (event.before, event.after) == ({"assignee": None}, {"assignee": str(nora.id)})
    give(bob, asked, nora)
    assert Event.objects.filter(verb="request.assigned").count() == 1, "twice is once"
    give(nora, asked, None)
    assert who_decides(asked) == sorted([bob.id, nora.id])


def test_to_whom_it_cannot_be_given(alice: Person, bob: Person, erik: Person, dana: Person) -> None:
    asked = waiting(alice)
    for person in (alice, erik, dana):
        with pytest.raises(Refused) as why:
            give(bob, asked, person)
        assert why.value.field == "assignee"
    assert not Duty.objects.exists()


def test_an_admin_does_not_get_their_own_request(bob: Person, nora: Person) -> None:
    asked = waiting(bob)
    with pytest.raises(Refused):
        give(nora, asked, bob)
    away(nora, bob)
    assert who_decides(asked) == [nora.id], "the deputy may not decide it: it stays with who may"


def test_only_admins_give_and_only_what_waits(
    alice: Person, bob: Person, erik: Person, charlie: Person
) -> None:
    asked = waiting(alice)
    for person, error in ((alice, Forbidden), (erik, Forbidden), (charlie, Missing)):
        with pytest.raises(error):
            give(person, asked, bob)
    reject(actor=actor(bob), person=bob, request_id=asked.id, reason="No")
    with pytest.raises(Conflict):
        give(bob, asked, bob)


def test_a_deputy_and_theirs(alice: Person, bob: Person, nora: Person, omar: Person) -> None:
    asked = waiting(alice)
    give(bob, asked, bob)
    away(bob, nora)
    assert who_decides(asked) == [nora.id]
    second = away(nora, omar, 0, 3)
    assert who_decides(asked) == [omar.id]
    assert list(Request.objects.filter(mine(omar))) == [asked]
    assert not Request.objects.filter(mine(bob)).exists()
    end_absence(actor=actor(nora), person=nora, absence_id=second.id)
    assert who_decides(asked) == [nora.id]


def test_an_absence_begins_and_ends_with_its_days(alice: Person, bob: Person, nora: Person) -> None:
    row = away(bob, nora, 1, 2)
    today = timezone.localdate()
    days = {offset: deputies(today + timedelta(days=offset)) for offset in range(4)}
    assert days == {0: {}, 1: {bob.id: nora.id}, 2: {bob.id: nora.id}, 3: {}}
    end_absence(actor=actor(bob), person=bob, absence_id=row.id)
    assert not Absence.objects.exists(), "taken back before it began"


def test_an_absence_that_lasts_ends_early(bob: Person, nora: Person) -> None:
    row = away(bob, nora)
    Absence.objects.update(from_on=timezone.localdate() - timedelta(days=3))
    end_absence(actor=actor(bob), person=bob, absence_id=row.id)
    assert Absence.objects.get().to_on == timezone.localdate() - timedelta(days=1)
    assert deputies() == {}


def test_deputies_do_not_go_round(bob: Person, nora: Person, omar: Person) -> None:
    away(bob, nora, 0, 5)
    away(nora, omar, 3, 8)
    with pytest.raises(Refused) as why:
        away(omar, bob, 5, 9)
    assert (why.value.code, why.value.field) == ("absence.loop", "deputy")
    away(omar, bob, 6, 9)  # bob is back by then
    assert Absence.objects.count() == 3


def test_a_circle_that_stands_all_the_same_hides_nothing(alice: Person, bob: Person, nora: Person) -> None:
    """Two absences may have been entered in ways that no check foresaw: then all are told."""
    asked = waiting(alice)
    away(bob, nora)
    today = timezone.localdate()
    Absence.objects.create(person=nora, deputy=bob, from_on=today, to_on=today)
    assert acting(bob.id, deputies()) is None
    assert who_decides(asked) == sorted([bob.id, nora.id])


WRONG = [
    (0, -1, "to_on", "it ends before it begins"),
    (-9, -2, "to_on", "it is over"),
    (0, 400, "to_on", "longer than a year"),
]


@pytest.mark.parametrize(("first", "last", "field", "reason"), WRONG, ids=[each[3] for each in WRONG])
def test_days_that_cannot_be(
    bob: Person, nora: Person, first: int, last: int, field: str, reason: str
) -> None:
    with pytest.raises(Refused) as why:
        away(bob, nora, first, last)
    assert why.value.field == field, reason


def test_absences_that_cannot_be(bob: Person, nora: Person, erik: Person) -> None:
    for deputy in (bob, erik):
        with pytest.raises(Refused) as why:
            away(bob, deputy)
        assert why.value.field == "deputy"
    with pytest.raises(Forbidden):
        away(erik, nora)
    away(bob, nora, 0, 3)
    with pytest.raises(Refused) as why:
        away(bob, nora, 3, 5)
    assert why.value.code == "absence.twice"


def test_a_reminder_then_all_admins(alice: Person, bob: Person, nora: Person, omar: Person) -> None:
    fresh, old = waiting(alice, "fresh", 1.9), waiting(alice, "old", 2.1)
    give(bob, old, nora)
    Duty.objects.update(assigned_at=old.state_since)
    assert remind() == (1, 0)
    assert told("request.reminder") == {"nora"}
    assert remind() == (0, 0), "once"
    since = timezone.now() - timedelta(days=5.1)
    Request.objects.filter(id=old.id).update(state_since=since)
    assert remind() == (0, 1)
    assert told("request.escalated") == {"bob", "nora", "omar"}
    assert remind() == (0, 0)
    assert not hasattr(Request.objects.get(id=fresh.id), "duty")


def test_giving_on_begins_anew(alice: Person, bob: Person, nora: Person) -> None:
    asked = waiting(alice, days=2.5)
    give(bob, asked, nora)
    assert remind() == (0, 0), "nora has had it for a moment"
    Duty.objects.update(assigned_at=timezone.now() - timedelta(days=2.1))
    assert remind() == (1, 0)


def test_a_crash_between_does_not_double(alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notice is gone with its mark; and were the mark lost alone, the key still holds."""
    waiting(alice, days=3)

    def torn(**_told: object) -> None:
        raise RuntimeError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(Duty.objects, "update_or_create", torn)
        with pytest.raises(RuntimeError):
            remind()
    assert not Notice.objects.filter(kind="request.reminder").exists()
    assert remind() == (1, 0)
    Duty.objects.update(reminded_at=None)
    remind()
    assert Notice.objects.filter(kind="request.reminder").count() == 1


def test_what_was_decided_is_left_alone(alice: Person, bob: Person) -> None:
    asked = waiting(alice, days=9)
    reject(actor=actor(bob), person=bob, request_id=asked.id, reason="No")
    assert remind() == (0, 0)


def test_the_inbox_marks_what_waits_too_long(
    alice: Person, bob: Person, nora: Person, signed_in: SignedIn
) -> None:
    asked = waiting(alice, days=6)
    remind()
    client = signed_in(bob)
    assert "waits too long" in client.get("/decisions/").content.decode()
    client.post(f"/requests/{asked.id}/assign/", {"assignee": str(nora.id)})
    assert "given to Nora" in client.get("/decisions/").content.decode()
    assert "Waits too long" in client.get(f"/requests/{asked.id}/").content.decode()
    client.post(f"/requests/{asked.id}/assign/", {"assignee": ""})
    assert Duty.objects.get().assignee is None
    page = client.post(f"/requests/{asked.id}/assign/", {"assignee": str(alice.id)}, follow=True)
    assert "Only an administrator can decide this" in page.content.decode()


def test_what_was_given_to_me_and_to_whom_i_stand_in_for(
    alice: Person, bob: Person, nora: Person, omar: Person, signed_in: SignedIn
) -> None:
    for name, to in (("one", bob), ("two", nora), ("three", omar)):
        give(bob, waiting(alice, name), to)
    waiting(alice, "four")
    away(nora, bob)
    page = signed_in(bob).get("/decisions/?only=mine").context["waiting"]
    assert {each.label for each in page} == {"one", "two"}
    assert len(signed_in(bob).get("/decisions/").context["waiting"]) == 4
    tool = caller(bob)
    given = {each["display"]: each["assignee"] for each in tool.call("GET", "requests/").json()["results"]}
    assert given == {"one": str(bob.id), "two": str(nora.id), "three": str(omar.id), "four": None}


def test_strangers_meet_no_control(
    alice: Person, charlie: Person, erik: Person, bob: Person, signed_in: SignedIn
) -> None:
    asked = waiting(alice)
    path = f"/requests/{asked.id}/assign/"
    statuses = {each.login: signed_in(each).post(path).status_code for each in (alice, charlie, erik)}
    assert statuses == {"alice": 403, "charlie": 404, "erik": 403}
    assert "Give on" not in signed_in(alice).get(f"/requests/{asked.id}/").content.decode()


def test_the_page_of_absences(bob: Person, nora: Person, erik: Person, signed_in: SignedIn) -> None:
    today = timezone.localdate()
    sent = {"person": str(bob.id), "deputy": str(nora.id), "from_on": today, "to_on": today}
    client = signed_in(bob)
    assert client.post("/absences/", {**sent, "to_on": date(2001, 1, 1)}).status_code == 422
    assert client.post("/absences/", {**sent, "deputy": ""}).status_code == 422
    assert client.post("/absences/", sent).headers["Location"] == "/absences/"
    row = Absence.objects.get()
    assert "Nora" in client.get("/absences/").content.decode()
    for person in (erik, people.person("zoe")):
        other = signed_in(person)
        assert other.get("/absences/").status_code == 403
        assert other.post("/absences/", sent).status_code == 403
        for row_id in (row.id, UUID(int=1)):
            assert other.post(f"/absences/{row_id}/end/").status_code == 403
    assert client.post(f"/absences/{row.id}/end/").headers["Location"] == "/absences/"
    assert not Absence.objects.exists()
