"""The bell, my notices, how they come by mail; a stranger reads nobody's."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.notices import services
from apps.notices.models import TRIES_MAX, Notice, Outbox, Preference
from apps.notices.selectors import UNREAD_MAX, digest_hour, preferences, unread

SignedIn = Callable[[Person], Client]
CHOICE = {"duty": "now", "requests": "digest", "projects": "off", "apps": "now", "hour": "6"}


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def tell(person: Person, what: str = "Wiki", kind: str = "request.decided") -> Notice:
    params = {"what": what, "project": "Genomics", "verdict": "approved", "app": what}
    services.notify(kind=kind, recipients=[person.id], params=params, path="/requests/")
    found: Notice = Notice.objects.filter(person=person).latest("created_at")
    return found


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return str(response.content.decode())


def test_the_bell_counts_what_is_unread(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    assert "bell-count" not in text(client, "/")
    tell(alice)
    tell(alice)
    assert "unread: </span>2</span>" in text(client, "/")
    services.mark_read(person_id=alice.id)
    assert "bell-count" not in text(client, "/")


def test_the_bell_is_as_wide_and_as_quick_with_many(alice: Person, signed_in: SignedIn) -> None:
    client, counts = signed_in(alice), []
    for number in (1, UNREAD_MAX + 20):
        Notice.objects.bulk_create(
            Notice(person=alice, kind="request.decided", path="/") for _ in range(number)
        )
        with CaptureQueriesContext(connection) as asked:
            page = text(client, "/notices/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert f"unread: </span>{UNREAD_MAX - 1}+</span>" in page


def test_the_list_in_the_reader_s_language(alice: Person, signed_in: SignedIn, french: None) -> None:
    tell(alice)
    client = signed_in(alice)
    assert "Approved: Wiki" in text(client, "/notices/")
    page = client.get("/notices/", headers={"Accept-Language": "fr"}).content.decode()
    assert "Acceptée : Wiki" in page


def test_filters(alice: Person, signed_in: SignedIn) -> None:
    read = tell(alice, "Old")
    services.mark_read(person_id=alice.id, notice_ids=[read.id])
    tell(alice, "Young")
    tell(alice, "Broken", kind="app.failed")
    client = signed_in(alice)
    cases = {
        "": {"Old", "Young", "Broken"},
        "?show=unread": {"Young", "Broken"},
        "?about=apps": {"Broken"},
        "?show=unread&about=requests": {"Young"},
        "?about=nothing": {"Old", "Young", "Broken"},
        "?page=99": {"Old", "Young", "Broken"},
    }
    for query, wanted in cases.items():
        page = text(client, f"/notices/{query}")
        assert {name for name in ("Old", "Young", "Broken") if f": {name}" in page} == wanted, query


def test_following_one_marks_it(alice: Person, signed_in: SignedIn) -> None:
    notice = tell(alice)
    response = signed_in(alice).get(f"/notices/{notice.id}/")
    assert (response.status_code, response["Location"]) == (302, "/requests/")
    assert unread(alice.id) == 0


def test_marking(alice: Person, signed_in: SignedIn) -> None:
    first, _other = tell(alice), tell(alice)
    client = signed_in(alice)
    client.post(f"/notices/{first.id}/read/")
    assert unread(alice.id) == 1
    before = Notice.objects.get(id=first.id).read_at
    client.post("/notices/read/")
    assert unread(alice.id) == 0
    assert Notice.objects.get(id=first.id).read_at == before, "the first time stays"


def test_a_stranger_reads_nobody_s(alice: Person, charlie: Person, signed_in: SignedIn) -> None:
    notice, client = tell(alice), signed_in(charlie)
    assert "Approved" not in text(client, "/notices/")
    for address in (f"/notices/{notice.id}/", f"/notices/{uuid4()}/"):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}read/").status_code == 404
    client.post("/notices/read/")
    assert unread(alice.id) == 1


@pytest.mark.parametrize("address", ["/notices/", "/notices/preferences/", "/notices/undelivered/"])
def test_nobody_comes_in_without_signing_in(db: None, address: str) -> None:
    assert Client().get(address)["Location"].startswith("/sign-in/")


def test_preferences(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    page = text(client, "/notices/preferences/")
    assert alice.email in page
    assert page.count('name="language" value="fr"') == 2, "in the bar, and here"
    assert client.post("/notices/preferences/", CHOICE).status_code == 302
    wanted = {name: how for name, how in CHOICE.items() if name != "hour"}
    assert dict(preferences(alice.id)) == wanted
    assert digest_hour(alice.id) == 6
    assert 'value="digest" selected' in text(client, "/notices/preferences/")
    assert unread(alice.id) == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"duty": "off"}, "somebody waits"),
        ({"requests": "sometimes"}, "no way"),
        ({"hour": "24"}, "no hour"),
        ({"hour": "-1"}, "before the day"),
        ({"hour": ""}, "none"),
        ({"apps": ""}, "nothing chosen"),
    ],
)
def test_what_cannot_be_chosen(
    alice: Person, signed_in: SignedIn, changes: dict[str, str], reason: str
) -> None:
    response = signed_in(alice).post("/notices/preferences/", {**CHOICE, **changes})
    assert response.status_code == 422, reason
    assert set(response.context["form"].errors) == set(changes)
    assert not Preference.objects.exists()


def test_another_person_s_choice_is_out_of_reach(alice: Person, charlie: Person, signed_in: SignedIn) -> None:
    signed_in(charlie).post("/notices/preferences/", {**CHOICE, "person": str(alice.id)})
    assert not Preference.objects.filter(person=alice).exists()


def test_mails_that_did_not_leave(
    alice: Person, bob: Person, erik: Person, charlie: Person, signed_in: SignedIn
) -> None:
    tell(alice)
    Outbox.objects.update(tries=TRIES_MAX, error="SMTPRecipientsRefused: <b>550</b>", due_at=timezone.now())
    row = Outbox.objects.get()
    page = text(signed_in(bob), "/notices/undelivered/")
    assert "Approved: Wiki" in page
    assert alice.label in page
    assert "&lt;b&gt;550" in page
    assert "given up" in page
    assert "Try again:" not in text(signed_in(erik), "/notices/undelivered/"), "auditors look on"
    for person in (erik, charlie):
        assert signed_in(person).post(f"/notices/undelivered/{row.id}/").status_code == 404
    assert signed_in(charlie).get("/notices/undelivered/").status_code == 404
    assert signed_in(bob).post(f"/notices/undelivered/{row.id}/").status_code == 302
    assert services.send_due() == 1
    assert signed_in(bob).post(f"/notices/undelivered/{row.id}/").status_code == 404, "it has left"
