"""Whatever members do to each other, in any order, somebody who can act owns the project for good."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Person
from apps.projects import services
from apps.projects.enums import Role
from apps.projects.models import GroupMapping, Membership, Project
from apps.projects.services import Until
from apps.projects.services.support import owned_by_others
from kernel.errors import PaillasseError
from portal.first_sign_in import welcome
from tests.cast import actor
from tests.factories import people, projects

PATH = "/lab/genomics"
WHO = st.integers(0, 4)
MOVES = st.one_of(
    st.tuples(st.just("add"), WHO, WHO, st.sampled_from(Role.values)),
    st.tuples(st.just("role"), WHO, WHO, st.sampled_from([*Role.values, "emperor"])),
    st.tuples(st.just("end"), WHO, WHO, st.sampled_from([-1, 0, 30, None])),
    st.tuples(st.just("remove"), WHO, WHO, st.none()),
    st.tuples(st.just("join group"), WHO, WHO, st.none()),
    st.tuples(st.just("leave group"), WHO, WHO, st.none()),
    st.tuples(st.just("invite"), WHO, WHO, st.sampled_from(Role.values)),
    st.tuples(st.just("accept"), WHO, WHO, st.none()),
    st.tuples(st.just("days pass"), WHO, WHO, st.none()),
)


@contextmanager
def undone() -> Iterator[None]:
    """Each example starts from the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Lab:
    """Five people, one project, and a group that gives ownership."""

    def __init__(self) -> None:
        self.people = [people.person(f"p{number}") for number in range(5)]
        self.project = projects.shared("genomics", self.people[0])
        GroupMapping.objects.create(path=PATH, project=self.project, role=Role.OWNER)

    def of(self, person: Person) -> Membership:
        """The person's membership, or one that is none."""
        found = Membership.objects.filter(project=self.project, person=person).first()
        return found or Membership(project=self.project, person=person)

    def move(self, kind: str, by: Person, whom: Person, value: object) -> None:
        """One move, as `by` makes it. Raises PaillasseError where it is refused."""
        said: dict[str, object] = {"actor": actor(by), "person": by, "project": self.project}
        one = {**said, "membership_id": self.of(whom).id}
        days = value if isinstance(value, int) else None
        day = timezone.localdate() + timedelta(days=days) if days is not None else None
        moves: dict[str, Callable[[], object]] = {
            "add": lambda: services.add_member(**said, member=whom, role=value),  # type: ignore[arg-type]
            "role": lambda: services.change_member(**one, role=value),  # type: ignore[arg-type]
            "end": lambda: services.change_member(**one, until=Until(day)),  # type: ignore[arg-type]
            "remove": lambda: services.remove_member(**one),  # type: ignore[arg-type]
            "join group": lambda: self.enter(whom, [PATH]),
            "leave group": lambda: self.enter(whom, []),
            "invite": lambda: services.invite(**said, email=whom.email, role=value),  # type: ignore[arg-type]
            "accept": lambda: self.accept(whom),
            "days pass": self.days_pass,
        }
        moves[kind]()

    def enter(self, whom: Person, groups: list[str]) -> None:
        """Sign in with these groups."""
        whom.groups = groups
        whom.save()
        welcome(whom)

    def accept(self, whom: Person) -> None:
        """Accept whatever invitation there is."""
        for invitation in self.project.invitations.filter(email=whom.email, accepted_at=None):
            services.accept(actor=actor(whom), person=whom, invitation=invitation)

    def days_pass(self) -> None:
        """Every membership that has an end comes to it."""
        over = timezone.localdate() - timedelta(days=1)
        Membership.objects.filter(project=self.project, ends_on__isnull=False).update(ends_on=over)
        services.end_memberships()


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVES, max_size=20))
def test_somebody_always_owns_it(moves: list[tuple[str, int, int, object]]) -> None:
    with undone():
        lab = Lab()
        for kind, by, whom, value in moves:
            before = list(Membership.objects.order_by("id").values())
            try:
                with transaction.atomic():
                    lab.move(kind, lab.people[by], lab.people[whom], value)
            except PaillasseError:
                assert list(Membership.objects.order_by("id").values()) == before, "refused and yet done"
            assert owned_by_others(Project.objects.get(id=lab.project.id)), (kind, by, whom, value)
