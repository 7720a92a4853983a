"""An account that Keycloak has disabled is out of the portal; what is not known changes nothing."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import OidcSession, Person
from apps.accounts.reconcile import check_accounts
from apps.accounts.selectors import to_check
from apps.audit.models import Event
from drivers.keycloak.convert import Account
from kernel.errors import Unavailable
from tests.factories import people

SignedIn = Callable[[Person], Client]


class Told:
    """Keycloak, saying the same of everybody but those named."""

    def __init__(self, default: bool | Exception | None = True, **named: bool | Exception | None) -> None:
        """True: enabled; False: disabled; None: there is none."""
        self.default, self.named = default, named
        self.in_groups: dict[str, tuple[str, ...] | Exception | None] = {}

    def account(self, subject: str) -> Account | None:
        """Answer as told."""
        login = Person.objects.get(subject=subject).login
        answer = self.named.get(login, self.default)
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else Account(subject, answer, "", email_verified=True)

    def groups(self, subject: str) -> tuple[str, ...] | None:
        """Those named, else the administrators'."""
        answer = self.in_groups.get(Person.objects.get(subject=subject).login, ("/lab/paillasse-admins",))
        if isinstance(answer, Exception):
            raise answer
        return answer


def enter(signed_in: SignedIn, person: Person) -> Client:
    """A browser with a session that Keycloak opened."""
    browser = signed_in(person)
    key = browser.session.session_key
    services.open_session(person=person, session_key=str(key), sid=f"sid-{person.id}", id_token="")
    return browser


@pytest.mark.parametrize("answer", [False, None], ids=["disabled", "gone"])
def test_out_at_once(signed_in: SignedIn, alice: Person, dana: Person, answer: bool | None) -> None:
    browsers = [enter(signed_in, alice), enter(signed_in, dana)]
    found = check_accounts(Told(alice=answer))
    assert (found.asked, found.disabled) == (2, 1)
    assert ["_auth_user_id" in browser.session for browser in browsers] == [False, True]
    assert [session.person for session in OidcSession.objects.all()] == [dana]
    assert Event.objects.filter(verb="person.disabled", target_id=str(alice.id)).count() == 1


def test_in_again(alice: Person) -> None:
    services.set_enabled(person=alice, enabled=False, reason="disabled")
    assert check_accounts(Told()).enabled == 1
    assert Person.objects.get(id=alice.id).is_active


def test_a_pass_that_finds_nothing_writes_nothing(signed_in: SignedIn, alice: Person) -> None:
    enter(signed_in, alice)
    before = Event.objects.count()
    assert check_accounts(Told()).asked == 1
    assert Event.objects.count() == before


def test_no_answer_changes_nothing(signed_in: SignedIn, alice: Person) -> None:
    browser = enter(signed_in, alice)
    check_accounts(Told(Unavailable("keycloak")))
    assert "_auth_user_id" in browser.session


@pytest.mark.django_db
def test_all_gone_at_once_is_not_believed(signed_in: SignedIn) -> None:
    lab = [people.person() for _ in range(8)]
    for person in lab:
        enter(signed_in, person)
    found = check_accounts(Told(None))
    assert found.halted
    assert not Person.objects.filter(is_active=False).exists()


def test_only_those_who_could_come_in_are_asked_about(
    signed_in: SignedIn, alice: Person, charlie: Person
) -> None:
    enter(signed_in, alice)
    people.pending("zoe@lab.example")
    services.note_asked(ids=[alice.id, charlie.id], now=timezone.now())
    assert list(to_check()) == [alice]


@pytest.mark.parametrize(
    ("reason", "groups", "role"),
    [
        ("taken out of the group", ("/lab",), ""),
        ("in a group of another place", ("/x/lab/paillasse-admins",), ""),
        ("an auditor now", ("/lab/paillasse-auditors",), "auditor"),
        ("still in it", ("/lab/paillasse-admins", "/lab"), "admin"),
        ("no answer", Unavailable("keycloak"), "admin"),
        ("no such account, said a moment later", None, "admin"),
    ],
)
def test_a_lab_role_ends_with_its_group(
    signed_in: SignedIn, bob: Person, reason: str, groups: tuple[str, ...] | Exception | None, role: str
) -> None:
    """A token lasts up to a year: who signs in no more must not decide until then."""
    enter(signed_in, bob)
    told = Told()
    told.in_groups["bob"] = groups
    check_accounts(told)
    assert Person.objects.get(id=bob.id).lab_role == role, reason
    changed = Event.objects.filter(verb="person.changed", target_id=str(bob.id)).count()
    assert changed == (role != "admin")


def test_nobody_gets_a_lab_role_without_signing_in(signed_in: SignedIn, alice: Person) -> None:
    enter(signed_in, alice)
    assert check_accounts(Told()).roles == 0
    assert Person.objects.get(id=alice.id).lab_role == ""
