"""No page claims what was not observed: each part is cut, and page and API tell the age and what is away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.cluster import services as cluster
from apps.projects.models import Project
from apps.workloads.models import App, Observation
from apps.workloads.standing import STALE_AFTER
from orchestration.states import ObservedState
from tests.apps.workloads.chain import Chain
from tests.factories import catalogue
from tests.factories.apps import submit
from tests.factories.callers import caller

SignedIn = Callable[[Person], Client]
AGE = timedelta(minutes=4)
PARTS = [("jobs", "nomad", "Nomad"), ("services", "consul", "Consul"), ("routes", "traefik", "Traefik")]
LOOKED_AT = [*PARTS, ("secrets", "vault", "OpenBao")]


@pytest.fixture
def chain(db: None) -> Chain:
    catalogue.template()
    return Chain()


@pytest.fixture
def app(chain: Chain, alice: Person, genomics: Project) -> App:
    """An app that was seen running four minutes ago."""
    app = submit(alice, project_id=genomics.id, label="Wiki").app
    chain.until(app, ObservedState.RUNNING)
    then = timezone.now() - AGE
    Observation.objects.filter(app=app).update(observed_at=then, answered_at=then, settled_at=None)
    return app


def told(person: Person, app: App) -> dict[str, Any]:
    seen: dict[str, Any] = caller(person).call("GET", f"apps/{app.id}/").json()["observed"]
    return seen


def page(client: Client, app: App, language: str = "en") -> str:
    return client.get(f"/apps/{app.id}/", headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize(("port", "part", "name"), LOOKED_AT, ids=[part for _, part, _ in LOOKED_AT])
def test_a_look_that_meets_a_dead_part_tells_the_age_and_recovers(
    chain: Chain, app: App, alice: Person, signed_in: SignedIn, port: str, part: str, name: str
) -> None:
    getattr(chain.lab, port).cut()
    chain.look(app)
    seen = told(alice, app)
    assert (seen["state"], seen["waiting_for"]) == ("unknown", part)
    assert seen["reason_code"] == f"{part}.unavailable"
    assert timezone.now() - AGE - timedelta(minutes=1) < _when(seen["observed_at"]) < timezone.now() - AGE
    said = page(signed_in(alice), app)
    assert 'data-state="unknown"' in said
    assert f"{name} cannot be reached" in said
    assert "4 minutes ago" in said
    getattr(chain.lab, port).mend()
    chain.until(app, ObservedState.RUNNING)
    assert told(alice, app)["waiting_for"] is None


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(("port", "part", "name"), PARTS, ids=[part for _, part, _ in PARTS])
def test_a_part_known_to_be_away_is_said_before_anybody_looks_again(
    app: App, alice: Person, signed_in: SignedIn, port: str, part: str, name: str
) -> None:
    now = timezone.now()
    cluster.note_part(part=part, reachable=False, now=now, version="", detail="connection refused")
    seen = told(alice, app)
    assert (seen["state"], seen["waiting_for"], seen["who"]) == ("unknown", part, "nobody")
    assert "Non vérifiée" in page(signed_in(alice), app, "fr")
    client = signed_in(alice)
    for path in ("/", "/apps/"):
        assert 'data-state="running"' not in client.get(path).content.decode(), path
    cluster.note_part(part=part, reachable=True, now=now, version="1", detail="")
    assert told(alice, app)["state"] == "running"


@pytest.mark.parametrize("part", ["keycloak", "redis", "vault"])
def test_a_part_that_no_running_app_needs_changes_nothing(app: App, alice: Person, part: str) -> None:
    cluster.note_part(part=part, reachable=False, now=timezone.now(), version="", detail="")
    assert told(alice, app)["state"] == "running"


def test_what_nobody_has_looked_at_for_long_is_not_known(
    app: App, alice: Person, signed_in: SignedIn
) -> None:
    """The worker is held up, or no message reaches it: then the newest row is an old one."""
    then = timezone.now() - STALE_AFTER - timedelta(minutes=1)
    Observation.objects.filter(app=app).update(observed_at=then, answered_at=then)
    seen = told(alice, app)
    assert (seen["state"], seen["reason_code"], seen["who"]) == ("unknown", "seen.stale", "engineer")
    assert seen["facts"] == {"minutes": 16}
    assert "Elle n’a pas été regardée depuis 16 minutes" in page(signed_in(alice), app, "fr")
    Observation.objects.filter(app=app).update(answered_at=timezone.now())
    assert told(alice, app)["state"] == "running", "an answer of its address is a look"


def test_an_app_that_waits_for_a_decision_says_who_and_leads_to_the_request(
    chain: Chain, alice: Person, genomics: Project, signed_in: SignedIn
) -> None:
    made = submit(
        alice, project_id=genomics.id, resources={"cpu_mhz": 8000, "memory_mib": 8192}, reason="A course"
    )
    seen = told(alice, made.app)
    assert (seen["state"], seen["reason_code"]) == ("pending", "approval.waiting")
    assert (seen["who"], seen["button"]) == ("admin", "request")
    assert seen["help"].endswith("/help/reasons/approval.waiting/")
    assert made.request is not None
    assert f"/requests/{made.request.id}/" in page(signed_in(alice), made.app)
