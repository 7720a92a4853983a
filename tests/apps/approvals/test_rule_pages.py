"""The rules' pages as a browser meets them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.accounts.models import Person
from apps.approvals.models import Request, Rule
from apps.approvals.services import reject
from apps.quotas.models import Counter
from tests.apps.approvals.test_ruling import BIG, write
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

SignedIn = Callable[[Person], Client]
ANSWERS = {"name": "generous", "most_limit_cpu_mhz": "6000", "days": "30", "enabled": "on"}


@pytest.fixture(autouse=True)
def _page(db: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    catalogue.template()


def test_a_rule_is_tried_then_saved(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    waits = submit(alice, resources=BIG, reason="Please").request
    assert waits is not None
    reject(actor=actor(bob), person=bob, request_id=waits.id, reason="Never ever")
    client = signed_in(bob)
    page = client.post("/rules/new/", {**ANSWERS, "act": "try"}).content.decode()
    assert "It would have approved a request that somebody rejected." in page
    assert "Never ever" in page
    assert not Rule.objects.exists(), "nothing is kept of a dry run"
    assert 'value="generous"' in page, "what was typed stays"
    response = client.post("/rules/new/", {**ANSWERS, "act": "save"})
    assert response.headers["Location"] == "/rules/"
    rule = Rule.objects.get()
    assert (rule.enabled, rule.terms["most_limit"], rule.author) == (True, {"cpu_mhz": 6000}, bob)
    assert "generous" in client.get("/rules/").content.decode()


def test_a_crafted_form_sets_neither_author_nor_version(
    bob: Person, alice: Person, signed_in: SignedIn
) -> None:
    pushed = {"author": str(alice.id), "place": "7", "deleted_at": "2020-01-01", "version": "99"}
    signed_in(bob).post("/rules/new/", {**ANSWERS, **pushed, "act": "save"})
    rule = Rule.objects.get()
    assert (rule.author, rule.version, rule.place, rule.deleted_at) == (bob, 1, 1, None)


def test_two_admins_on_one_rule(bob: Person, signed_in: SignedIn) -> None:
    rule, client = write(bob, "old"), signed_in(bob)
    client.post(f"/rules/{rule.id}/", {**ANSWERS, "name": "first", "version": "1", "act": "save"})
    response = client.post(f"/rules/{rule.id}/", {**ANSWERS, "name": "second", "version": "1", "act": "save"})
    assert response.status_code == 422
    assert "Somebody else changed this rule meanwhile" in response.content.decode()
    rule.refresh_from_db()
    assert (rule.name, rule.version) == ("first", 2)


def test_what_is_wrong_stands_beside_its_field(bob: Person, signed_in: SignedIn) -> None:
    wrong: dict[str, Any] = {**ANSWERS, "groups": "lab/it", "days": "0", "most_asked_cpu_mhz": "-3"}
    response = signed_in(bob).post("/rules/new/", {**wrong, "act": "save"})
    page = response.content.decode()
    assert response.status_code == 422
    for field in ("days", "most_asked_cpu_mhz"):
        assert f'id="id_{field}-error"' in page
    page = signed_in(bob).post("/rules/new/", {**ANSWERS, "groups": "lab/it"}).content.decode()
    assert "A group is named by its full path" in page
    assert not Rule.objects.exists()


def test_in_force_moved_and_deleted(bob: Person, signed_in: SignedIn) -> None:
    first, second, client = write(bob, "a"), write(bob, "b"), signed_in(bob)
    client.post(f"/rules/{first.id}/enable/", {"enabled": "false"})
    client.post(f"/rules/{second.id}/move/", {"place": "1"})
    client.post(f"/rules/{second.id}/move/", {"place": "9" * 30})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.enabled, first.place, second.place) == (False, 2, 1)
    client.post(f"/rules/{first.id}/delete/")
    assert list(Rule.objects.filter(deleted_at=None)) == [second]
    assert client.get(f"/rules/{first.id}/").status_code == 404


PAGES = ["/rules/new/", "/rules/{id}/", "/rules/{id}/enable/", "/rules/{id}/move/", "/rules/{id}/delete/"]


@pytest.mark.parametrize("path", PAGES)
def test_only_admins_write(
    alice: Person, erik: Person, charlie: Person, bob: Person, signed_in: SignedIn, path: str
) -> None:
    rule = write(bob)
    for person in (alice, charlie, erik):
        for rule_id in (rule.id, uuid4()):
            status = signed_in(person).post(path.format(id=rule_id), ANSWERS).status_code
            assert status == 403 or (person == erik and rule_id != rule.id and status == 404)
    assert Rule.objects.filter(name="generous", enabled=True).count() == 1
    assert Client().post(path.format(id=rule.id)).status_code == 302, "nobody is asked to sign in"


def test_auditors_read_and_members_do_not(
    alice: Person, erik: Person, bob: Person, signed_in: SignedIn
) -> None:
    write(bob)
    assert signed_in(erik).get("/rules/").status_code == 200
    assert "New rule" not in signed_in(erik).get("/rules/").content.decode()
    assert signed_in(alice).get("/rules/").status_code == 403


def test_the_list_reads_no_more_for_more_rules(bob: Person, signed_in: SignedIn) -> None:
    client = signed_in(bob)

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    write(bob, "a", groups=["/lab/a"])
    few = queries("/rules/")
    for name in "bcdef":
        write(bob, name, groups=["/lab/a"])
    assert queries("/rules/") == few


def test_a_dry_run_reads_no_more_for_more_requests(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    client = signed_in(bob)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.post("/rules/new/", {**ANSWERS, "act": "try"}).status_code == 200
        return len(seen)

    submit(alice, "one")
    few = queries()
    for name in ("two", "three", "four"):
        submit(alice, name)
    assert Request.objects.count() == 4
    assert queries() == few


def test_the_request_says_what_the_rules_say(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    write(bob, "for others", groups=["/lab/it"])
    asked = submit(alice, resources=BIG, reason="Please").request
    assert asked is not None
    page = signed_in(bob).get(f"/requests/{asked.id}/").content.decode()
    assert "for others" in page
    assert "the requester is in none of its groups" in page
    assert "it does not lift this limit" in page
    assert "What the rules say" not in signed_in(alice).get(f"/requests/{asked.id}/").content.decode()


def test_a_project_without_a_quota_still_shows_its_request(
    alice: Person, bob: Person, signed_in: SignedIn
) -> None:
    asked = submit(alice, resources=BIG, reason="Please").request
    assert asked is not None
    Counter.objects.filter(project=asked.project).delete()
    response = signed_in(bob).get(f"/requests/{asked.id}/")
    assert response.status_code == 200
    assert "What the rules say" not in response.content.decode()


def test_the_form_says_that_a_rule_allows_it(alice: Person, bob: Person, signed_in: SignedIn) -> None:
    sent = {"name": "big", "size": "S", "cpu_mhz": "6000", "p-title": "x"}
    client, path = signed_in(alice), "/catalogue/page/request/preview/"
    assert "an administrator decides" in client.post(path, sent).content.decode()
    write(bob, most_limit={"cpu_mhz": 6000})
    assert "Allowed by a rule of the lab:" in client.post(path, sent).content.decode()
