"""An app that fails is told to its owners and to whoever asked for it, once."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from apps.accounts.models import Person
from apps.notices import messages
from apps.notices.models import Notice
from apps.projects.models import Project
from apps.workloads.models import App, Claim, Observation
from apps.workloads.reconcile import claims
from apps.workloads.reconcile.record import record_stuck
from tests.factories import catalogue, people, projects
from tests.factories.apps import submit


@pytest.fixture
def app(alice: Person, genomics: Project) -> App:
    catalogue.template()
    projects.member(genomics, people.person("vera"))
    return submit(alice, "wiki", project_id=genomics.id, label="Wiki").app


def stick(app: App, hours: int = 0, before: str = "running") -> None:
    """Its passes died again and again, some hours from now."""
    now = timezone.now() + timedelta(hours=hours)
    Observation.objects.filter(app=app).update(state=before)
    Claim.objects.filter(app=app).update(tries=claims.DEATHS_MAX, parked_at=None, due_at=now)
    assert record_stuck(app=App.objects.get(id=app.id), now=now)


def test_owners_and_who_asked(app: App, alice: Person, dana: Person) -> None:
    stick(app)
    found = Notice.objects.filter(kind="app.failed")
    assert set(found.values_list("person_id", flat=True)) == {alice.id, dana.id}
    told = found[0]
    assert (told.params["app"], told.params["project"]) == ("Wiki", app.project.name)
    assert told.path == f"/apps/{app.id}/"


def test_the_mail_says_why_in_the_readers_language(app: App, alice: Person) -> None:
    stick(app)
    params = Notice.objects.filter(kind="app.failed", person=alice).get().params
    for language, label, begin in (("en", "Reason", "The portal gave up"), ("fr", "Cause", "Le portail a")):
        with translation.override(language):
            facts = dict(messages.told("app.failed", params).facts)
        assert facts[label].startswith(begin)


def test_one_that_flaps_is_told_once_an_hour(app: App, alice: Person) -> None:
    for hours in (0, 0, 1):
        stick(app, hours)
    assert Notice.objects.filter(kind="app.failed", person=alice).count() == 2


def test_one_that_stays_failed_is_told_once(app: App, alice: Person) -> None:
    stick(app)
    stick(app, hours=5, before="failed")
    assert Notice.objects.filter(kind="app.failed", person=alice).count() == 1
