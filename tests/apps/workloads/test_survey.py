"""A survey renews what the lists confirm, hurries what differs, and lets no list do more than that."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Person
from apps.cluster.models import PartStatus, Survey
from apps.cluster.services import note_part
from apps.workloads import services
from apps.workloads.models import App, Claim, Observation
from apps.workloads.reconcile import survey, survey_secrets
from apps.workloads.reconcile.survey import OWN_LOOK_S, PUT_OFF, SPREAD
from kernel.errors import Unavailable
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

AGO = timedelta(minutes=4)


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    for part in ("nomad", "consul", "traefik", "vault"):
        note_part(part=part, reachable=True, now=timezone.now())
    return Chain()


@pytest.fixture
def app(chain: Chain, alice: Person) -> App:
    return running(chain, alice, "wiki")


def running(chain: Chain, person: Person, name: str) -> App:
    """A running app that was last looked at four minutes ago, and is due in one."""
    made = submit(person, name).app
    chain.until(made, ObservedState.RUNNING)
    age(made)
    return made


def age(app: App) -> None:
    """Let four minutes pass for one app; its address answered meanwhile."""
    now = timezone.now()
    Observation.objects.filter(app=app).update(observed_at=now - AGO, answered_at=now)
    Claim.objects.filter(app=app).update(looked_at=now - AGO, due_at=now + timedelta(minutes=1))


def claim(app: App) -> Claim:
    return Claim.objects.get(app=app)


def seen_at(app: App) -> datetime:
    at = Observation.objects.get(app=app).observed_at
    assert at is not None
    return at


def is_due(app: App) -> bool:
    due_at = claim(app).due_at
    return due_at is not None and due_at <= timezone.now()


def test_what_the_lists_confirm_is_renewed_in_one_call_each(chain: Chain, app: App) -> None:
    chain.lab.jobs.calls.clear()
    began = timezone.now()
    found = survey(chain.lab.drivers())
    assert found.agreed == {app.slug}
    assert seen_at(app) >= began
    due_at = claim(app).due_at
    assert due_at is not None
    assert due_at >= began + PUT_OFF
    assert chain.lab.jobs.calls == ["statuses"]
    told = Survey.objects.get()
    assert (told.apps, told.agreed, told.differing, told.left) == (1, 1, 0, 0)


def test_its_own_look_comes_all_the_same_within_the_hour(chain: Chain, app: App) -> None:
    looked_at = timezone.now() - timedelta(seconds=OWN_LOOK_S * (1 + SPREAD))
    Claim.objects.filter(app=app).update(looked_at=looked_at)
    survey(chain.lab.drivers())
    assert is_due(app), "for what no list shows: what the job says"


def _gone(chain: Chain, app: App) -> None:
    del chain.lab.jobs.jobs[app.slug]


def _critical(chain: Chain, app: App) -> None:
    chain.lab.services.failing[app.slug] = "503"
    chain.lab.advance()


def _disabled(chain: Chain, _app: App) -> None:
    for key, router in list(chain.lab.routes.routers.items()):
        chain.lab.routes.broken[router.name] = "unknown middleware"
        chain.lab.routes.put(router.name, router.rule, provider=key[1], service=router.service)


@pytest.mark.parametrize("harm", [_gone, _critical, _disabled], ids=["no job", "check fails", "router off"])
def test_what_differs_is_looked_at_and_nothing_else_is_concluded(chain: Chain, app: App, harm: Any) -> None:
    harm(chain, app)
    before = Observation.objects.get(app=app)
    found = survey(chain.lab.drivers())
    assert found.differing == {app.slug}
    assert is_due(app)
    after = Observation.objects.get(app=app)
    assert (after.state, after.observed_at) == (before.state, before.observed_at), "the engine concludes"


@pytest.mark.parametrize("part", ["jobs", "services", "routes"])
def test_a_list_that_cannot_be_read_confirms_and_hurries_nothing(chain: Chain, app: App, part: str) -> None:
    before, due_at = seen_at(app), claim(app).due_at
    getattr(chain.lab, part).cut()
    found = survey(chain.lab.drivers())
    assert not found.agreed
    assert not found.differing
    assert found.left == {app.slug}
    assert (seen_at(app), claim(app).due_at) == (before, due_at)


def test_a_list_of_another_shape_is_none(chain: Chain, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise KeyError("ID")

    monkeypatch.setattr(chain.lab.jobs, "statuses", broken)
    assert survey(chain.lab.drivers()).left == {app.slug}


def test_an_empty_list_is_doubted_until_it_is_right_again(chain: Chain, app: App) -> None:
    kept, chain.lab.jobs.jobs = chain.lab.jobs.jobs, {}
    survey(chain.lab.drivers())
    row = PartStatus.objects.get(part="nomad")
    since = row.doubted_since
    assert (since is not None, row.doubt) == (True, {"asked": 1, "differing": 1})
    survey(chain.lab.drivers())
    assert PartStatus.objects.get(part="nomad").doubted_since == since
    note_part(part="nomad", reachable=True, now=timezone.now())
    assert PartStatus.objects.get(part="nomad").doubted_since == since, "that it answers is another matter"
    chain.lab.jobs.jobs = kept
    survey(chain.lab.drivers())
    assert PartStatus.objects.get(part="nomad").doubted_since is None


def test_a_hint_is_not_put_off(chain: Chain, app: App) -> None:
    Claim.objects.filter(app=app).update(due_at=timezone.now())
    survey(chain.lab.drivers())
    assert is_due(app)


def test_what_is_being_looked_at_is_left_to_whoever_looks(chain: Chain, app: App) -> None:
    until = timezone.now() + timedelta(seconds=20)
    Claim.objects.filter(app=app).update(claimed_until=until, due_at=until)
    before = seen_at(app)
    survey(chain.lab.drivers())
    assert (seen_at(app), claim(app).due_at) == (before, until)


def test_what_changes_is_not_compared(chain: Chain, app: App, alice: Person) -> None:
    services.stop(actor=actor(alice), person=alice, app_id=app.id)
    found = survey(chain.lab.drivers())
    assert (found.agreed, found.differing, found.left) == (frozenset(),) * 3


def test_a_stopped_app_is_confirmed_too(chain: Chain, app: App, alice: Person) -> None:
    other = running(chain, alice, "other")
    services.stop(actor=actor(alice), person=alice, app_id=app.id)
    chain.until(app, ObservedState.STOPPED)
    age(app)
    assert survey(chain.lab.drivers()).agreed == {app.slug, other.slug}


def test_whose_address_is_silent_is_left(chain: Chain, app: App) -> None:
    Observation.objects.filter(app=app).update(answered_at=timezone.now() - timedelta(minutes=10))
    assert survey(chain.lab.drivers()).left == {app.slug}


def test_a_lost_role_is_found_by_the_list_of_roles(chain: Chain, app: App) -> None:
    assert survey_secrets(chain.lab.drivers()).agreed == {app.slug}
    chain.lab.secrets.roles.clear()
    assert survey_secrets(chain.lab.drivers()).differing == {app.slug}
    assert is_due(app)
    chain.lab.secrets.cut(Unavailable("vault"))
    assert survey_secrets(chain.lab.drivers()).left == {app.slug}


def test_what_is_stored_is_what_the_lists_show(chain: Chain, app: App) -> None:
    stored = Observation.objects.get(app=app).expected
    assert json.loads(json.dumps(stored))["copies"] == 1
    assert (stored["service"], len(stored["routers"]), stored["secrets"]) == (app.slug, 2, True)
