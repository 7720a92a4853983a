"""Somebody leaves the lab: noticed whichever way, asked about, handed over; nothing stops by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import reconcile
from apps.accounts import selectors as accounts
from apps.accounts import services as accounts_services
from apps.accounts.models import Person
from apps.accounts.tasks import check_accounts
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects import selectors, services
from apps.projects.enums import Outcome, ProjectKind, Role
from apps.projects.models import Departure, Membership, Project
from apps.workloads.models import App
from kernel.errors import Forbidden
from portal.first_sign_in import welcome
from tests.cast import actor
from tests.factories import catalogue, people, projects
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def _no_keycloak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has left is told by the test: the demo realm, where it runs, knows these people as enabled."""
    monkeypatch.setattr(reconcile, "keycloak", lambda: None)


def leave(person: Person) -> Departure:
    """The account is disabled, and that is noticed."""
    accounts_services.set_enabled(person=person, enabled=False, reason="disabled")
    check_accounts()
    check_accounts()
    return Departure.objects.get(person=person)


def test_owners_and_admins_are_asked_once_and_nothing_stops(
    dana: Person, alice: Person, bob: Person, genomics: Project
) -> None:
    catalogue.template()
    made = submit(alice, "wiki", project_id=genomics.id)
    leave(alice)
    asked = Notice.objects.filter(kind="member.left_lab")
    assert {each.person_id for each in asked} == {bob.id, dana.id}
    assert asked.count() == 2
    assert App.objects.get(id=made.app.id).desired == "present"
    assert Membership.objects.filter(project=genomics, person=alice).exists()


def test_whoever_comes_back_finds_everything(alice: Person, bob: Person, genomics: Project) -> None:
    departure = leave(alice)
    accounts_services.set_enabled(person=alice, enabled=True, reason="")
    check_accounts()
    departure.refresh_from_db()
    assert departure.outcome == Outcome.RETURNED
    assert not selectors.departures().exists()
    accounts_services.set_enabled(person=alice, enabled=False, reason="gone")
    check_accounts()
    assert Departure.objects.filter(person=alice).count() == 2


def test_a_personal_project_becomes_a_shared_one_with_its_apps(
    alice: Person, bob: Person, charlie: Person, signed_in: SignedIn
) -> None:
    catalogue.template()
    own = Project.objects.get(personal_of=alice)
    made = submit(alice, "wiki", project_id=own.id)
    departure, client = leave(alice), signed_in(bob)
    page = client.get(f"/departures/{departure.id}/").content.decode()
    assert "1 app" in page
    client.post(f"/departures/{departure.id}/settle/")
    departure.refresh_from_db()
    assert departure.closed_at is None, "an app still stands"
    client.post(f"/departures/{departure.id}/hand-over/", {"project": own.id, "email": charlie.email})
    own.refresh_from_db()
    app = App.objects.get(id=made.app.id)
    assert (own.kind, own.personal_of, own.memberships.get().person) == (ProjectKind.SHARED, None, charlie)
    assert own.review_due_on is not None
    assert (app.project_id, app.slug, app.desired) == (own.id, made.app.slug, "present")
    assert Event.objects.get(verb="project.handed_over").project_id == own.id
    client.post(f"/departures/{departure.id}/settle/")
    departure.refresh_from_db()
    assert departure.outcome == Outcome.SETTLED
    check_accounts()
    assert Departure.objects.count() == 1
    accounts_services.set_enabled(person=alice, enabled=True, reason="")
    alice.refresh_from_db()
    welcome(alice)
    assert Project.objects.get(personal_of=alice) != own


def test_the_sole_owner_s_project_needs_somebody_first(
    dana: Person, alice: Person, bob: Person, genomics: Project, signed_in: SignedIn
) -> None:
    departure, client = leave(dana), signed_in(bob)
    assert list(selectors.owned_alone(dana)) == [genomics]
    client.post(f"/departures/{departure.id}/settle/")
    assert "no other owner yet: Genomics" in client.get(f"/departures/{departure.id}/").content.decode()
    client.post(f"/departures/{departure.id}/hand-over/", {"project": genomics.id, "email": alice.email})
    assert [(m.person, m.role) for m in genomics.memberships.all()] == [(alice, Role.OWNER)]
    client.post(f"/departures/{departure.id}/settle/")
    assert not Departure.objects.filter(closed_at=None).exists()


def test_settling_ends_what_is_left(dana: Person, alice: Person, bob: Person, genomics: Project) -> None:
    departure = leave(alice)
    services.settle(actor=actor(bob), person=bob, departure_id=departure.id)
    assert not Membership.objects.filter(project=genomics, person=alice).exists()
    assert Event.objects.filter(verb="member.removed", target_id=str(alice.id)).count() == 1


HEIRS = [
    ("nobody's address", "nobody@lab.example"),
    ("no address", "nobody"),
    ("the leaver", "alice@lab.example"),
    ("a disabled account", "otto@lab.example"),
    ("who never signed in", "pending@lab.example"),
]


@pytest.mark.parametrize(("reason", "email"), HEIRS, ids=[each[0] for each in HEIRS])
def test_who_cannot_take_over(
    alice: Person, bob: Person, signed_in: SignedIn, reason: str, email: str
) -> None:
    people.person("otto", is_active=False)
    people.pending("pending@lab.example")
    own = Project.objects.get(personal_of=alice)
    departure = leave(alice)
    url = f"/departures/{departure.id}/hand-over/"
    assert signed_in(bob).post(url, {"project": own.id, "email": email}).status_code == 422, reason
    own.refresh_from_db()
    assert (own.kind, own.personal_of) == (ProjectKind.PERSONAL, alice)


def test_another_s_project_is_not_handed_over(
    alice: Person, bob: Person, charlie: Person, dana: Person, signed_in: SignedIn
) -> None:
    other = projects.shared("proteins", dana)
    url = f"/departures/{leave(alice).id}/hand-over/"
    assert signed_in(bob).post(url, {"project": other.id, "email": charlie.email}).status_code == 404
    assert other.memberships.count() == 1


@pytest.mark.parametrize("path", ["", "{id}/", "{id}/hand-over/", "{id}/settle/"])
def test_for_administrators_alone(
    alice: Person, dana: Person, erik: Person, signed_in: SignedIn, path: str
) -> None:
    departure = leave(alice)
    method = "post" if path.count("/") > 1 else "get"
    for person in (dana, erik):
        response = getattr(signed_in(person), method)("/departures/" + path.format(id=departure.id))
        assert response.status_code == 404
        with pytest.raises(Forbidden):
            services.settle(actor=actor(person), person=person, departure_id=departure.id)


def test_whose_turn_it_is_to_be_asked_about(alice: Person, bob: Person) -> None:
    now = timezone.now()
    assert set(accounts.to_check()) == {alice, bob}, "nobody is here, and everybody's turn has come"
    accounts_services.note_asked(ids=[alice.id, bob.id], now=now)
    assert not accounts.to_check().exists()
    ends = now + timedelta(minutes=5)
    accounts_services.end_sessions(
        issuer=alice.issuer, subject=alice.subject, sid="", jti="one", expires_at=ends
    )
    assert list(accounts.to_check()) == [alice], "a back-channel logout asks"
