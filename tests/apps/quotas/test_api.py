"""Quotas over the API: what stands, what would be, how it went, and setting it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Person
from apps.projects.models import Project
from apps.quotas import services
from apps.workloads.models import App
from kernel.units import DIMENSIONS
from tests.cast import actor
from tests.factories.apps import submit
from tests.factories.callers import Tool, caller
from tests.factories.catalogue import template


@pytest.fixture
def app(alice: Person, genomics: Project) -> App:
    template()
    return submit(alice, "wiki", project_id=genomics.id).app


def rows(answer: Any) -> dict[str, Any]:
    return {each["dimension"]: each for each in answer}


def what_if(tool: Tool, project: Project, body: dict[str, Any]) -> Any:
    return tool.call("POST", f"projects/{project.id}/quota/what-if/", body)


def set_to(tool: Tool, project: Project, limits: dict[str, Any], **more: Any) -> Any:
    path = f"projects/{project.id}/quota/"
    tag = tool.call("GET", path)["ETag"]
    return tool.call("PATCH", path, {"limits": limits, "reason": "a course", **more}, If_Match=tag)


@pytest.mark.parametrize(
    ("body", "cpu", "storage", "reason"),
    [
        ({"amounts": {"apps": 1, "cpu_mhz": 500}}, 500, 0, "amounts as they are"),
        ({"resources": {"cpu_mhz": 100, "memory_mib": 64, "count": 3}}, 300, 0, "copies times size"),
        ({"template": "page", "resources": {"size": "L"}}, 400, 0, "a template's size"),
        (
            {"resources": {"cpu_mhz": 100, "storage_mib": 70}, "desired": "asleep"},
            0,
            70,
            "asleep, storage alone counts",
        ),
    ],
)
def test_what_if(
    app: App, alice: Person, genomics: Project, body: dict[str, Any], cpu: int, storage: int, reason: str
) -> None:
    told = what_if(caller(alice), genomics, body).json()
    asked = rows(told["quota"])
    assert (asked["cpu_mhz"]["asked"], asked["storage_mib"]["asked"]) == (cpu, storage), reason
    assert asked["cpu_mhz"]["after"] == 100 + cpu
    assert (told["fits"], told["outcome"], told["surge"]) == (True, "approved", 0)
    assert app.name == "wiki"


def test_what_if_of_an_app_counts_only_what_comes_on_top(app: App, alice: Person, genomics: Project) -> None:
    tool = caller(alice)
    more = what_if(tool, genomics, {"app": str(app.id), "resources": {"size": "L"}}).json()
    assert rows(more["quota"])["cpu_mhz"]["asked"] == 300
    assert rows(more["quota"])["apps"]["asked"] == 0
    same = what_if(tool, genomics, {"app": str(app.id)}).json()
    assert {each["asked"] for each in same["quota"]} == {0}


def test_what_if_says_the_same_as_a_dry_run(app: App, alice: Person, genomics: Project) -> None:
    tool = caller(alice)
    wish = {"cpu_mhz": 8000, "memory_mib": 64, "count": 4}
    body = {"project": str(genomics.id), "template": "page", "name": "b", "parameters": {"title": "B"}}
    plan = tool.call("POST", "apps/?dry_run=true", {**body, "resources": wish, "reason": "x"}).json()
    told = what_if(tool, genomics, {"template": "page", "resources": wish}).json()
    assert told["outcome"] == "waits"
    kept = ("dimension", "used", "reserved", "asked", "limit", "fits")
    assert [{name: each[name] for name in kept} for each in told["quota"]] == [
        {name: each[name] for name in kept} for each in plan["quota"]
    ]
    assert app.project_id == genomics.id


def test_beyond_a_ceiling_it_is_refused(app: App, alice: Person, bob: Person, genomics: Project) -> None:
    services.set_ceiling(actor=actor(bob), limits={"cpu_mhz": 200}, reason="the machines end here")
    told = what_if(caller(alice), genomics, {"amounts": {"cpu_mhz": 101}}).json()
    (ceiling,) = told["ceilings"]
    assert (ceiling["scope"], ceiling["limit"], ceiling["fits"], told["outcome"]) == (
        "lab",
        200,
        False,
        "refused",
    )
    body = {"project": str(app.project_id), "template": "page", "name": "b", "parameters": {"title": "B"}}
    big = {**body, "resources": {"cpu_mhz": 101}, "reason": "please"}
    problem = caller(alice).call("POST", "apps/", big)
    assert (problem.status_code, problem.json()["code"]) == (409, "quota.ceiling")
    assert problem.json()["shortfalls"][0]["scope"] == "lab"
    assert "more" not in problem.json(), "a reason would not help"


@pytest.mark.parametrize(
    ("body", "pointer", "reason"),
    [
        ({}, "#/amounts", "nothing is asked"),
        ({"amounts": {"cpu_mhz": -1}}, "#/amounts/cpu_mhz", "negative"),
        ({"amounts": {"cpu_mhz": 1.5}}, "#/amounts/cpu_mhz", "a fraction"),
        ({"amounts": {"cpu_mhz": "NaN"}}, "#/amounts/cpu_mhz", "no number"),
        ({"amounts": {"cpu_mhz": 10**13}}, "#/amounts/cpu_mhz", "huge"),
        ({"amounts": {"wheels": 1}}, "#/amounts/wheels", "no dimension"),
        ({"resources": {"wheels": 1}}, "#/resources/wheels", "no resource"),
        ({"resources": {"cpu_mhz": 1.5}}, "#/resources/cpu_mhz", "a fraction of a resource"),
        ({"project": "x", "amounts": {}}, "#/project", "a field that is not there"),
    ],
)
def test_what_cannot_be_asked(
    alice: Person, genomics: Project, body: dict[str, Any], pointer: str, reason: str
) -> None:
    answer = what_if(caller(alice), genomics, body)
    assert answer.status_code == 400, reason
    assert pointer in [each["pointer"] for each in answer.json()["errors"]], reason


def test_anothers_app_is_not_there(app: App, charlie: Person) -> None:
    own = charlie.personal_project
    assert what_if(caller(charlie), own, {"app": str(app.id)}).status_code == 404


def test_setting_limits_and_their_history(genomics: Project, bob: Person, dana: Person) -> None:
    until = timezone.localdate() + timedelta(days=30)
    answer = set_to(caller(bob), genomics, {"cpu_mhz": 99_000}, until=until.isoformat())
    cpu = rows(answer.json())["cpu_mhz"]
    assert (answer.status_code, cpu["limit"], cpu["granted_until"]) == (200, 99_000, until.isoformat())
    assert cpu["base_limit"] < cpu["limit"]
    (change,) = caller(dana).call("GET", f"projects/{genomics.id}/quota/changes/").json()["results"]
    assert (change["after"], change["by"], change["reason"]) == (99_000, bob.label, "a course")


def test_setting_limits_needs_the_version_that_was_read(genomics: Project, bob: Person) -> None:
    tool, path = caller(bob), f"projects/{genomics.id}/quota/"
    body = {"limits": {"apps": 9}, "reason": "more"}
    assert tool.call("PATCH", path, body).status_code == 428
    stale = tool.call("GET", path)["ETag"]
    assert set_to(tool, genomics, {"apps": 8}).status_code == 200
    assert tool.call("PATCH", path, body, If_Match=stale).status_code == 412


def test_a_limit_below_use_names_the_apps_that_would_have_to_go(
    app: App, genomics: Project, bob: Person
) -> None:
    answer = set_to(caller(bob), genomics, {"cpu_mhz": 40})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "quota.below_use")
    assert problem["errors"][0]["pointer"] == "#/limits/cpu_mhz"
    (excess,) = problem["excesses"]
    assert (excess["in_use"], excess["limit"], excess["over"]) == (100, 40, 60)
    assert excess["holders"] == [{"app": str(app.id), "display": app.label or app.name, "amount": 100}]


@pytest.mark.parametrize("who", ["dana", "alice", "erik"])
def test_only_admins_set_limits(
    genomics: Project, dana: Person, alice: Person, erik: Person, bob: Person, who: str
) -> None:
    person = {"dana": dana, "alice": alice, "erik": erik}[who]
    path, body = f"projects/{genomics.id}/quota/", {"limits": {"apps": 9}, "reason": "mine"}
    tool = caller(person)
    person.tokens.update(scopes=["projects:read", "requests:decide"])
    tag = tool.call("GET", path)["ETag"]
    assert tool.call("PATCH", path, body, If_Match=tag).status_code == 403
    assert set_to(caller(bob), genomics, {"apps": 9}).status_code == 200


def test_use_by_day(app: App, alice: Person, genomics: Project) -> None:
    services.sample_usage()
    answer = caller(alice).call("GET", f"projects/{genomics.id}/quota/usage/").json()
    cpu = rows(answer["results"])["cpu_mhz"]
    assert (cpu["day"], cpu["reserved"], cpu["peak"]) == (timezone.localdate().isoformat(), 100, 100)
    assert app.project_id == genomics.id


def test_ceilings_are_set_and_read(genomics: Project, bob: Person, erik: Person) -> None:
    tool = caller(bob)
    read = tool.call("GET", "quotas/ceilings/")
    body = {"limits": {"cpu_mhz": 500_000, "gpus": None}, "reason": "the machines end here"}
    answer = tool.call("PATCH", "quotas/ceilings/", body, If_Match=read["ETag"])
    assert rows(answer.json())["cpu_mhz"]["limit"] == 500_000
    assert tool.call("PATCH", "quotas/ceilings/", body, If_Match=read["ETag"]).status_code == 412
    assert rows(caller(erik).call("GET", "quotas/ceilings/").json())["gpus"]["limit"] is None
    assert genomics.slug


@pytest.mark.parametrize("sort", ["fullest", "name", "cpu_mhz"])
def test_the_list_of_all_is_searched_and_sorted_in_few_queries(
    app: App, bob: Person, sort: str, django_assert_max_num_queries: Any
) -> None:
    tool = caller(bob)
    with django_assert_max_num_queries(12):
        found = tool.call("GET", f"quotas/?sort={sort}&limit=3").json()
    assert found["count"] >= 3
    assert len(found["results"][0]["quota"]) == len(DIMENSIONS)
    one = tool.call("GET", "quotas/?q=genom").json()["results"]
    assert [each["slug"] for each in one] == [app.project.slug]
    assert tool.call("GET", "quotas/?sort=wheels").status_code == 400


def test_strangers_cannot_tell_that_it_is_there(genomics: Project, charlie: Person) -> None:
    tool = caller(charlie)
    nowhere = Client().get("/api/v1/projects/00000000-0000-4000-8000-000000000001/quota/")
    assert nowhere.status_code == 401
    for project in (str(genomics.id), "00000000-0000-4000-8000-000000000001"):
        for tail in ("", "usage/", "changes/"):
            answer = tool.call("GET", f"projects/{project}/quota/{tail}")
            assert (answer.status_code, answer.json()["code"]) == (404, "missing")
