"""An account that Keycloak has disabled is out of the portal; what is not known changes nothing."""

from collections.abc import Callable

import pytest
from django.test import Client

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

    def account(self, subject: str) -> Account | None:
        """Answer as told."""
        login = Person.objects.get(subject=subject).login
        answer = self.named.get(login, self.default)
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else Account(subject, answer, "", email_verified=True)


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
    assert list(to_check()) == [alice]
