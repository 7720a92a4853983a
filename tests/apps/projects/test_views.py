"""Projects' pages: members are managed by owners, and not seen by strangers."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Person
from apps.projects.enums import Role
from apps.projects.models import Membership, Project

SignedIn = Callable[[Person], Client]
MEMBERS = "/projects/genomics/members/"


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def test_a_project_shows_quota_and_members(alice: Person, genomics: Project, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    assert "Genomics" in client.get("/projects/").content.decode()
    page = client.get("/projects/genomics/").content.decode()
    assert "Dana" in page
    assert "Quota" in page
    assert 'name="email"' not in client.get(MEMBERS).content.decode(), "a developer does not manage"


def test_an_owner_adds_somebody_who_never_signed_in(
    dana: Person, genomics: Project, signed_in: SignedIn
) -> None:
    client = signed_in(dana)
    response = client.post(MEMBERS, {"email": "new@lab.example", "role": "viewer"})
    assert response.headers["Location"] == MEMBERS
    assert "has not signed in yet" in client.get(MEMBERS).content.decode()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"email": "not an address", "role": "viewer"}, "no address"),
        ({"email": "alice@lab.example", "role": "viewer"}, "already in"),
        ({"email": "new@lab.example", "role": "emperor"}, "no role"),
    ],
)
def test_what_is_wrong_is_said_and_kept(
    dana: Person, genomics: Project, signed_in: SignedIn, sent: dict[str, str], reason: str
) -> None:
    response = signed_in(dana).post(MEMBERS, sent)
    assert response.status_code == 422, reason
    assert sent["email"] in response.content.decode(), reason
    assert Membership.objects.filter(project=genomics).count() == 2, reason


def test_an_owner_changes_and_removes(dana: Person, genomics: Project, signed_in: SignedIn) -> None:
    client = signed_in(dana)
    of_alice = Membership.objects.get(project=genomics, person__login="alice")
    client.post(f"{MEMBERS}{of_alice.id}/change/", {"role": "viewer"})
    of_alice.refresh_from_db()
    assert of_alice.role == Role.VIEWER
    client.post(f"{MEMBERS}{of_alice.id}/remove/")
    assert not Membership.objects.filter(id=of_alice.id).exists()


def test_the_last_owner_stays(dana: Person, genomics: Project, signed_in: SignedIn) -> None:
    client = signed_in(dana)
    own = Membership.objects.get(project=genomics, person=dana)
    client.post(f"{MEMBERS}{own.id}/remove/")
    assert "needs an owner" in client.get(MEMBERS).content.decode()


def test_a_member_who_leaves_is_led_out(alice: Person, genomics: Project, signed_in: SignedIn) -> None:
    own = Membership.objects.get(project=genomics, person=alice)
    response = signed_in(alice).post(f"{MEMBERS}{own.id}/remove/")
    assert response.headers["Location"] == "/projects/"


@pytest.mark.parametrize("path", ["", "{id}/change/", "{id}/remove/"])
def test_a_stranger_meets_no_project(
    dana: Person, charlie: Person, genomics: Project, signed_in: SignedIn, path: str
) -> None:
    of_dana = Membership.objects.get(project=genomics, person=dana)
    client = signed_in(charlie)
    sent = {"email": "charlie@lab.example", "role": "owner"}
    assert client.post(MEMBERS + path.format(id=of_dana.id), sent).status_code == 404
    assert client.get("/projects/genomics/").status_code == 404
    of_dana.refresh_from_db()
    assert of_dana.role == Role.OWNER


@pytest.mark.parametrize("path", ["", "{id}/change/", "{id}/remove/"])
def test_a_developer_does_not_manage(
    alice: Person, dana: Person, genomics: Project, signed_in: SignedIn, path: str
) -> None:
    of_dana = Membership.objects.get(project=genomics, person=dana)
    sent = {"email": "charlie@lab.example", "role": "viewer"}
    assert signed_in(alice).post(MEMBERS + path.format(id=of_dana.id), sent).status_code == 403
    assert Membership.objects.filter(project=genomics).count() == 2


def test_those_who_read_all_see_the_others_below(bob: Person, genomics: Project, signed_in: SignedIn) -> None:
    page = signed_in(bob).get("/projects/").content.decode()
    assert page.index("Other projects of the lab") < page.index("Genomics")


def test_asking_is_offered_to_who_may_not_do_it_alone(
    alice: Person, bob: Person, dana: Person, genomics: Project, signed_in: SignedIn
) -> None:
    """A project to who may not make one, a higher role to who is no owner, more quota to who owns it."""
    rights, quota = "/projects/genomics/rights/ask/", "/projects/genomics/quota/ask/"
    for who, address, offered, withheld in (
        (alice, "/projects/", "/requests/project/", "/new-project/"),
        (bob, "/projects/", "/new-project/", "/requests/project/"),
        (alice, "/projects/genomics/", rights, quota),
        (dana, "/projects/genomics/", quota, rights),
        (dana, "/projects/genomics/quota/", quota, rights),
        (bob, "/projects/genomics/", quota, rights),
    ):
        page = signed_in(who).get(address).content.decode()
        assert f'href="{offered}"' in page, (str(who), address)
        assert f'href="{withheld}"' not in page, (str(who), address)


def test_who_may_not_is_told_which_role_it_takes_and_whom_to_ask(
    genomics: Project, alice: Person, signed_in: SignedIn
) -> None:
    answer = signed_in(alice).get("/projects/genomics/settings/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "It takes the role Owner in the project Genomics." in page
    assert "Dana" in page
    assert "/projects/genomics/rights/ask/" in page


def test_a_member_is_led_to_the_request_for_a_project(alice: Person, signed_in: SignedIn) -> None:
    client = signed_in(alice)
    assert client.get("/new-project/").headers["Location"] == "/requests/project/"
    assert "the administrators make projects" in client.get("/requests/project/").content.decode()
    by_hand = client.post("/new-project/", {"name": "Mine", "slug": "mine"})
    assert by_hand.status_code == 403
    assert 'href="/requests/project/"' in by_hand.content.decode()
    assert not Project.objects.filter(slug="mine").exists()
