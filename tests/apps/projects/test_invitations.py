"""Invitations: for one person, once, for a time, and never more than the inviter may give."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.notices.models import Outbox
from apps.projects import selectors, services
from apps.projects.enums import Role
from apps.projects.models import Invitation, Membership, Project
from kernel.errors import Conflict, Forbidden, Missing, PaillasseError, Refused
from tests.cast import actor
from tests.factories import people, projects
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def cast(dana: Person, alice: Person, charlie: Person, erik: Person) -> None:
    """Everybody whom a table names."""


def invite(person: Person, project: Project, email: str = "charlie@lab.example", **more: Any) -> Invitation:
    """Invite somebody as a developer."""
    said = {"email": email, "role": Role.DEVELOPER, **more}
    return services.invite(actor=actor(person), person=person, project=project, **said)


def link() -> str:
    """The path in the newest mail."""
    return str(Outbox.objects.filter(payload__kind="member.invited").latest("id").payload["path"])


def accept(person: Person, invitation: Invitation) -> Membership:
    """Accept it."""
    return services.accept(actor=actor(person), person=person, invitation=invitation)


def test_invited_by_mail_and_accepted(
    dana: Person, charlie: Person, genomics: Project, signed_in: SignedIn
) -> None:
    signed_in(dana).post(
        "/projects/genomics/members/invite/",
        {"email": "Charlie@lab.example", "role": "viewer", "ends_on": "2099-01-01"},
    )
    assert "charlie@lab.example" in signed_in(dana).get("/projects/genomics/members/").content.decode()
    path, client = link(), signed_in(charlie)
    assert "Genomics" in client.get(path).content.decode()
    assert client.post(f"{path}accept/").headers["Location"] == "/projects/genomics/"
    membership = Membership.objects.get(project=genomics, person=charlie)
    assert (membership.role, str(membership.ends_on)) == (Role.VIEWER, "2099-01-01")
    assert Event.objects.get(verb="member.accepted").target_id == str(charlie.id)
    again = client.post(f"{path}accept/")
    assert (again.status_code, "invites you" in again.content.decode()) == (409, False)


def test_the_secret_is_in_the_mail_alone(dana: Person, genomics: Project) -> None:
    invitation = invite(dana, genomics)
    secret = link().split("/")[2]
    assert re.fullmatch(r"[\w-]{43}", secret)
    assert secret not in str(list(Invitation.objects.values())) + str(list(Event.objects.values()))
    assert invitation.digest != secret


def test_nobody_else_can_use_it_or_read_of_the_project(
    dana: Person, charlie: Person, alice: Person, genomics: Project, signed_in: SignedIn
) -> None:
    invitation = invite(dana, genomics)
    stranger = people.person("mallory")
    pages = []
    for path in (link(), f"/invitations/{invitation.id}/", "/invitations/nothing/"):
        for method, tail in (("get", ""), ("post", "accept/"), ("post", "decline/")):
            response = getattr(signed_in(stranger), method)(path + tail)
            assert response.status_code == 404
            assert "genomics" not in response.content.decode().lower()
            pages.append(re.findall(r'role="alert".*?</p>', response.content.decode(), re.DOTALL))
    assert all(each == pages[0] for each in pages), "another's and none cannot be told apart"
    assert not genomics.memberships.filter(person=stranger).exists()


def test_an_unverified_address_accepts_nothing(dana: Person, charlie: Person, genomics: Project) -> None:
    invitation = invite(dana, genomics)
    charlie.email_verified = False
    charlie.save()
    assert not selectors.invitations_of(charlie).exists()
    with pytest.raises(Missing):
        accept(charlie, invitation)


def test_bound_to_a_person_whatever_their_address_becomes(
    dana: Person, alice: Person, charlie: Person, genomics: Project
) -> None:
    other = projects.shared("proteins", dana)
    invitation = invite(dana, other, email="", invited=alice.id)
    Person.objects.filter(id=alice.id).update(email="new@lab.example")
    charlie.email = "alice@lab.example"
    charlie.save()
    with pytest.raises(Missing):
        accept(charlie, invitation)
    alice.refresh_from_db()
    assert accept(alice, invitation).project == other


def _used(invitation: Invitation) -> None:
    accept(Person.objects.get(login="charlie"), invitation)


def _declined(invitation: Invitation) -> None:
    charlie = Person.objects.get(login="charlie")
    services.decline(actor=actor(charlie), person=charlie, invitation=invitation)


def _revoked(invitation: Invitation) -> None:
    dana = Person.objects.get(login="dana")
    services.revoke(actor=actor(dana), person=dana, project=invitation.project, invitation_id=invitation.id)


def _expired(invitation: Invitation) -> None:
    Invitation.objects.filter(id=invitation.id).update(expires_at=timezone.now())


def _archived(invitation: Invitation) -> None:
    Project.objects.filter(id=invitation.project_id).update(archived_at=timezone.now())


def _demoted(invitation: Invitation) -> None:
    Membership.objects.filter(project=invitation.project, person__login="dana").update(role="developer")


def _inviter_left(invitation: Invitation) -> None:
    Person.objects.filter(login="dana").update(is_active=False)


HINDERED: list[tuple[str, Callable[[Invitation], None], str]] = [
    ("used", _used, "invitation.used"),
    ("declined", _declined, "invitation.declined"),
    ("taken back", _revoked, "invitation.revoked"),
    ("expired", _expired, "invitation.expired"),
    ("the project is archived", _archived, "project.archived"),
    ("the inviter owns it no more", _demoted, "invitation.inviter"),
    ("the inviter has left the lab", _inviter_left, "invitation.inviter"),
]


@pytest.mark.parametrize(("reason", "happens", "code"), HINDERED, ids=[each[0] for each in HINDERED])
def test_what_hinders_is_said_without_the_project(
    dana: Person,
    charlie: Person,
    genomics: Project,
    signed_in: SignedIn,
    reason: str,
    happens: Callable[[Invitation], None],
    code: str,
) -> None:
    invitation = invite(dana, genomics)
    path = link()
    happens(invitation)
    before = genomics.memberships.count()
    with pytest.raises(Conflict) as refused:
        accept(charlie, invitation)
    assert refused.value.code == code, reason
    response = signed_in(charlie).get(path)
    assert (response.status_code, "Genomics</" in response.content.decode()) == (409, False), reason
    assert genomics.memberships.count() == before


REFUSED: list[tuple[str, str, dict[str, Any], type[PaillasseError], str, str | None]] = [
    ("a developer", "alice", {}, Forbidden, "forbidden", None),
    ("a stranger", "charlie", {}, Missing, "missing", None),
    ("an auditor", "erik", {}, Forbidden, "forbidden", None),
    ("no address", "dana", {"email": "zoe"}, Refused, "project.email", "email"),
    ("a member", "dana", {"email": "alice@lab.example"}, Refused, "project.already_member", "email"),
    ("a role that is none", "dana", {"role": "admin"}, Refused, "project.role", "role"),
    (
        "over",
        "dana",
        {"ends_on": timezone.localdate() - timedelta(days=1)},
        Refused,
        "project.ends_in_past",
        "ends_on",
    ),
    ("twice", "dana", {"email": "twice@lab.example"}, Refused, "invitation.already", "email"),
]


@pytest.mark.parametrize(
    ("reason", "who", "said", "kind", "code", "field"), REFUSED, ids=[each[0] for each in REFUSED]
)
def test_refusals(
    cast: None,
    genomics: Project,
    reason: str,
    who: str,
    said: dict[str, Any],
    kind: type[PaillasseError],
    code: str,
    field: str | None,
) -> None:
    invite(Person.objects.get(login="dana"), genomics, email="twice@lab.example")
    with pytest.raises(kind) as refused:
        invite(Person.objects.get(login=who), genomics, **said)
    assert (refused.value.code, refused.value.field) == (code, field), reason
    assert Invitation.objects.count() == 1


def test_a_stranger_s_id_names_nobody(dana: Person, charlie: Person, genomics: Project) -> None:
    with pytest.raises(Refused, match=r"invitation\.person"):
        invite(dana, genomics, email="", invited=charlie.id)


def test_sent_again_the_old_link_is_dead(
    dana: Person, charlie: Person, genomics: Project, signed_in: SignedIn
) -> None:
    invitation = invite(dana, genomics)
    old, client = link(), signed_in(dana)
    url = f"/projects/genomics/invitations/{invitation.id}/resend/"
    client.post(url)
    assert link() == old, "minutes ago"
    earlier = timezone.now() + timedelta(days=1)
    Invitation.objects.filter(id=invitation.id).update(expires_at=earlier)
    client.post(url)
    assert link() != old
    assert signed_in(charlie).get(old).status_code == 404
    assert signed_in(charlie).get(link()).status_code == 200
    invitation.refresh_from_db()
    assert invitation.expires_at > earlier


def test_what_expired_makes_room(dana: Person, genomics: Project) -> None:
    _expired(invite(dana, genomics))
    assert invite(dana, genomics).revoked_at is None


def test_a_higher_role_stays_and_a_lower_one_is_raised(
    dana: Person, charlie: Person, genomics: Project
) -> None:
    for has, given, then in (("owner", "viewer", "owner"), ("viewer", "developer", "developer")):
        invitation = invite(dana, genomics, role=given)
        membership = projects.member(genomics, charlie, Role(has))
        assert accept(charlie, invitation).role == then
        membership.delete()


@pytest.mark.parametrize("path", ["members/invite/", "invitations/{id}/resend/", "invitations/{id}/revoke/"])
def test_who_manages_invitations(
    dana: Person, alice: Person, charlie: Person, genomics: Project, signed_in: SignedIn, path: str
) -> None:
    url = "/projects/genomics/" + path.format(id=invite(dana, genomics).id)
    sent = {"email": "x@lab.example", "role": "owner"}
    assert [signed_in(each).post(url, sent).status_code for each in (alice, charlie)] == [403, 404]
    assert Invitation.objects.get().revoked_at is None


def test_another_project_s_invitation_is_not_there(dana: Person, genomics: Project) -> None:
    other = projects.shared("proteins", people.person("zoe"))
    invitation = invite(Person.objects.get(login="zoe"), other)
    with pytest.raises(Missing):
        services.revoke(actor=actor(dana), person=dana, project=genomics, invitation_id=invitation.id)


def test_over_the_api(dana: Person, charlie: Person, genomics: Project) -> None:
    url = f"projects/{genomics.id}/invitations/"
    made = caller(dana).call("POST", url, {"email": charlie.email, "role": "viewer"})
    assert made.status_code == 201
    assert "digest" not in made.json()
    assert caller(dana).call("GET", url).json()["count"] == 1
    mine = caller(charlie).call("GET", "invitations/").json()["results"]
    assert [each["display"] for each in mine] == ["Genomics"]
    assert caller(dana).call("GET", "invitations/").json()["count"] == 0
    assert caller(dana).call("POST", f"invitations/{mine[0]['id']}/accept/", {}).status_code == 404
    assert caller(charlie).call("POST", f"invitations/{mine[0]['id']}/accept/", {}).json()["role"] == "viewer"
    assert caller(charlie).call("POST", f"invitations/{mine[0]['id']}/accept/", {}).status_code == 404


API: list[tuple[str, dict[str, Any], str]] = [
    ("nobody named", {"role": "viewer"}, "email"),
    (
        "two named",
        {"email": "a@b.example", "person": "00000000-0000-4000-8000-00000000000c", "role": "viewer"},
        "email",
    ),
    ("an unknown person", {"person": "00000000-0000-4000-8000-0000000000ff", "role": "viewer"}, "person"),
    ("a project pushed in", {"email": "a@b.example", "role": "viewer", "project": "x"}, "project"),
    (
        "an end pushed in",
        {"email": "a@b.example", "role": "viewer", "expires_at": "2099-01-01"},
        "expires_at",
    ),
    ("a role that is none", {"email": "a@b.example", "role": "admin"}, "role"),
]


@pytest.mark.parametrize(("reason", "sent", "field"), API, ids=[each[0] for each in API])
def test_the_api_names_the_field(
    dana: Person, genomics: Project, reason: str, sent: dict[str, Any], field: str
) -> None:
    response = caller(dana).call("POST", f"projects/{genomics.id}/invitations/", sent)
    assert response.status_code == 400, reason
    assert [each["pointer"] for each in response.json()["errors"]] == [f"#/{field}"], reason
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("email", "language", "reason"),
    [
        ("charlie@lab.example", "en", "charlie reads English"),
        ("nobody@lab.example", "fr", "nobody is known by it: as dana, who invites, reads"),
    ],
)
def test_it_is_written_in_the_reader_s_language(
    dana: Person, charlie: Person, genomics: Project, email: str, language: str, reason: str
) -> None:
    Person.objects.filter(id=charlie.id).update(language="en")
    invite(dana, genomics, email)
    assert Outbox.objects.latest("id").payload["language"] == language, reason
