"""The named cast of the tests and of the demo realm, with its fixed ids.

alice asks (developer of the shared project), bob decides (admin), charlie is a stranger, dana owns the shared
project `genomics`, erik audits. Each also has a personal project with the lab's default quota.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from apps.accounts.enums import LabRole
from apps.accounts.models import Person
from apps.projects.enums import Role
from apps.projects.models import Project
from kernel.actors import Actor
from tests.factories import people, projects

IDS = {
    "alice": UUID("00000000-0000-4000-8000-00000000000a"),
    "bob": UUID("00000000-0000-4000-8000-00000000000b"),
    "charlie": UUID("00000000-0000-4000-8000-00000000000c"),
    "dana": UUID("00000000-0000-4000-8000-00000000000d"),
    "erik": UUID("00000000-0000-4000-8000-00000000000e"),
}
BACKEND = "portal.login.backend.KeycloakBackend"


def enter(login: str, lab_role: LabRole = LabRole.NONE) -> Person:
    """Make one of the cast, with a personal project."""
    person = people.person(login, person_id=IDS[login], lab_role=lab_role)
    projects.personal(person)
    return person


def actor(person: Person) -> Actor:
    """The person as the actor of a change."""
    return Actor(kind="person", id=person.id, label=person.label)


@pytest.fixture
def alice(db: None) -> Person:
    """Asks. Developer of `genomics` where the test also takes `genomics`."""
    return enter("alice")


@pytest.fixture
def bob(db: None) -> Person:
    """Decides: a lab admin."""
    return enter("bob", LabRole.ADMIN)


@pytest.fixture
def charlie(db: None) -> Person:
    """A stranger to everything but his own."""
    return enter("charlie")


@pytest.fixture
def dana(db: None) -> Person:
    """Owns the shared project."""
    return enter("dana")


@pytest.fixture
def erik(db: None) -> Person:
    """Audits: reads all, changes nothing."""
    return enter("erik", LabRole.AUDITOR)


@pytest.fixture
def genomics(dana: Person, alice: Person) -> Project:
    """The shared project: dana owns it, alice is a developer."""
    project = projects.shared("genomics", dana)
    projects.member(project, alice, Role.DEVELOPER)
    return project


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    """A browser in which the person is signed in."""

    def browser(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend=BACKEND)
        return client

    return browser
