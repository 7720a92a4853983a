"""Making projects, and who comes and goes; a project is never left without an owner."""

import pytest
from django.conf import settings

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects import services
from apps.projects.enums import ProjectKind, Role
from apps.projects.models import Membership, Project
from apps.quotas.models import Counter
from kernel.errors import Forbidden, Missing, PaillasseError, Refused
from kernel.names import is_slug
from portal.first_sign_in import welcome
from tests.cast import actor
from tests.factories import people, projects


def add(person: Person, project: Project, **who: object) -> Membership:
    """Add a member."""
    return services.add_member(actor=actor(person), person=person, project=project, **who)  # type: ignore[arg-type]


def of(project: Project, person: Person) -> Membership:
    """A membership."""
    return Membership.objects.get(project=project, person=person)


@pytest.mark.django_db
def test_first_sign_in_can_be_repeated() -> None:
    person = people.person("zoe")
    for _ in range(3):
        welcome(person)
    project = Project.objects.get()
    assert (project.kind, project.personal_of, of(project, person).role) == (
        ProjectKind.PERSONAL,
        person,
        Role.OWNER,
    )
    assert {c.dimension: c.limit for c in Counter.objects.all()} == settings.DEFAULT_QUOTA
    assert Event.objects.filter(verb="project.created").count() == 1


@pytest.mark.django_db
def test_nothing_of_a_person_is_in_the_short_name() -> None:
    slugs = set()
    for login in ("anna", "bert", "carl"):
        person = people.person(login)
        welcome(person)
        slug = Project.objects.get(personal_of=person).slug
        assert is_slug(slug)
        assert login not in slug
        slugs.add(slug)
    assert len(slugs) == 3


@pytest.mark.django_db
def test_a_clash_of_short_names_draws_again(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("aaaaaaaaaaab")
    monkeypatch.setattr("apps.projects.services.founding.secrets.choice", lambda _letters: next(letters))
    made = [
        services.create_personal(actor=actor(p), person=p).slug for p in (people.person(), people.person())
    ]
    assert made == ["perso-aaaa", "perso-aaab"]


SLUGS: list[tuple[str, str, str]] = [
    ("taken", "genomics", "project.slug_taken"),
    ("upper case", "Genomics", "project.slug"),
    ("two hyphens", "a--b", "project.slug"),
    ("a slash", "a/b", "project.slug"),
    ("up", "..", "project.slug"),
    ("a letter outside ASCII", "génome", "project.slug"),
    ("empty", "", "project.slug"),
    ("too long", "a" * 25, "project.slug"),
    ("a line end behind", "abc\n", "project.slug"),
]


@pytest.mark.parametrize(("reason", "slug", "code"), SLUGS, ids=[each[0] for each in SLUGS])
def test_short_names(genomics: Project, dana: Person, reason: str, slug: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        services.create_shared(actor=actor(dana), slug=slug, name="X", owner=dana)
    assert (refused.value.code, refused.value.field) == (code, "slug"), reason


def test_an_owner_adds_somebody_known(genomics: Project, dana: Person, charlie: Person) -> None:
    membership = add(dana, genomics, email=f" {charlie.email.upper()} ", role=Role.VIEWER)
    assert (membership.person, membership.role) == (charlie, Role.VIEWER)
    event = Event.objects.get(verb="member.added")
    assert (event.actor_id, event.project_id, event.target_id) == (dana.id, genomics.id, str(charlie.id))


def test_somebody_unknown_waits_as_a_pending_member(genomics: Project, dana: Person) -> None:
    first = add(dana, genomics, email="New@Lab.example").person
    assert (first.subject, first.email) == ("", "new@lab.example")
    other = projects.shared("proteins", dana)
    assert add(dana, other, email="new@lab.example").person == first


def test_an_unverified_mail_finds_nobody(genomics: Project, dana: Person, charlie: Person) -> None:
    Person.objects.filter(id=charlie.id).update(email_verified=False)
    assert add(dana, genomics, email=charlie.email).person != charlie


REFUSED: list[tuple[str, str, str, type[PaillasseError], str]] = [
    ("a developer", "alice", "zoe@lab.example", Forbidden, "forbidden"),
    ("an auditor", "erik", "zoe@lab.example", Forbidden, "forbidden"),
    ("a stranger", "charlie", "zoe@lab.example", Missing, "missing"),
    ("twice", "dana", "alice@lab.example", Refused, "project.already_member"),
    ("no address", "dana", "zoe", Refused, "project.email"),
    ("nothing", "dana", "", Refused, "project.email"),
]


@pytest.mark.parametrize(
    ("reason", "who", "email", "kind", "code"), REFUSED, ids=[each[0] for each in REFUSED]
)
def test_not_added(
    genomics: Project,
    alice: Person,
    charlie: Person,
    dana: Person,
    erik: Person,
    reason: str,
    who: str,
    email: str,
    kind: type[PaillasseError],
    code: str,
) -> None:
    person = Person.objects.get(login=who)
    with pytest.raises(kind) as error:
        add(person, genomics, email=email)
    assert error.value.code == code, reason
    assert Membership.objects.filter(project=genomics).count() == 2
    assert not Event.objects.filter(verb="member.added").exists()


def test_a_role_that_is_none(genomics: Project, dana: Person, charlie: Person) -> None:
    with pytest.raises(Refused, match=r"project\.role"):
        add(dana, genomics, member=charlie, role="admin")


def test_a_personal_project_stays_personal(alice: Person, bob: Person, charlie: Person) -> None:
    for person in (alice, bob):
        with pytest.raises(Forbidden, match=r"project\.personal"):
            add(person, Project.objects.get(personal_of=alice), member=charlie)


def test_the_last_owner_stays(genomics: Project, dana: Person, alice: Person) -> None:
    last = of(genomics, dana)
    with pytest.raises(Refused, match="last_owner"):
        services.change_role(
            actor=actor(dana), person=dana, project=genomics, membership_id=last.id, role=Role.VIEWER
        )
    with pytest.raises(Refused, match="last_owner"):
        services.remove_member(actor=actor(dana), person=dana, project=genomics, membership_id=last.id)
    assert of(genomics, dana).role == Role.OWNER


def test_a_pending_owner_is_none_yet(genomics: Project, dana: Person) -> None:
    add(dana, genomics, email="new@lab.example", role=Role.OWNER)
    with pytest.raises(Refused, match="last_owner"):
        services.remove_member(
            actor=actor(dana), person=dana, project=genomics, membership_id=of(genomics, dana).id
        )


def test_an_owner_hands_over_and_leaves(genomics: Project, dana: Person, alice: Person) -> None:
    services.change_role(
        actor=actor(dana),
        person=dana,
        project=genomics,
        membership_id=of(genomics, alice).id,
        role=Role.OWNER,
    )
    services.remove_member(
        actor=actor(dana), person=dana, project=genomics, membership_id=of(genomics, dana).id
    )
    assert [m.person for m in genomics.memberships.all()] == [alice]
    event = Event.objects.get(verb="member.role_changed")
    assert event.before is not None
    assert event.after is not None
    assert (event.before["role"], event.after["role"]) == ("developer", "owner")


def test_anybody_may_leave_and_nobody_may_throw_out(genomics: Project, dana: Person, alice: Person) -> None:
    with pytest.raises(Forbidden):
        services.remove_member(
            actor=actor(alice), person=alice, project=genomics, membership_id=of(genomics, dana).id
        )
    services.remove_member(
        actor=actor(alice), person=alice, project=genomics, membership_id=of(genomics, alice).id
    )
    assert not genomics.memberships.filter(person=alice).exists()


def test_a_membership_of_another_project_is_not_there(
    genomics: Project, dana: Person, charlie: Person
) -> None:
    elsewhere = of(Project.objects.get(personal_of=charlie), charlie)
    with pytest.raises(Missing):
        services.remove_member(actor=actor(dana), person=dana, project=genomics, membership_id=elsewhere.id)
