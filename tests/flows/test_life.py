"""An app's life through the API, from the request to nothing left, on the real parts."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.outside import Outside
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
Apis = Callable[[str], Api]
Names = Callable[[str], str]


def test_from_request_to_nothing_left(
    stack: dict[str, Any], api: Apis, fresh: Names, outside: Outside
) -> None:
    alice = api("alice")
    before = alice.get(f"projects/{alice.project()['id']}/quota/")
    app_id = alice.asked(fresh("life"))
    app = alice.until(app_id, "running")
    status, body = fetch(stack, app["address"])
    assert (status, f"This is {app['name']}" in body) == (200, True)
    # A static site has no secret, so that step does not apply to it.
    assert {c["type"]: c["status"] for c in app["observed"]["conditions"]} == dict.fromkeys(
        ["JobRegistered", "Healthy", "Registered", "Routed", "Answering"], "true"
    )
    alice.delete(app_id)
    assert not any(outside.traces(app["slug"]).values()), outside.traces(app["slug"])
    assert alice.get(f"projects/{alice.project()['id']}/quota/") == before, "the quota is back where it was"


def test_stop_frees_the_machine_and_keeps_the_address(
    stack: dict[str, Any], api: Apis, fresh: Names, outside: Outside
) -> None:
    alice = api("alice")
    app_id = alice.asked(fresh("stop"))
    app = alice.until(app_id, "running")
    assert alice.act(app_id, "stop").status_code == 202
    alice.until(app_id, "stopped")
    wait_for(lambda: app["slug"] not in outside.services(), 20, "Consul forgets a stopped app")

    def explained() -> tuple[int, str] | None:
        status, body = fetch(stack, app["address"])
        return (status, body) if "paillasse" in body.lower() else None

    status, body = wait_for(explained, 20, "the explaining page answers for a stopped app")
    assert status in {404, 503}, body
    assert alice.act(app_id, "start").status_code == 202
    alice.until(app_id, "running")
    assert fetch(stack, app["address"])[0] == 200
    alice.delete(app_id)


def test_a_change_makes_the_next_release(stack: dict[str, Any], api: Apis, fresh: Names) -> None:
    alice = api("alice")
    app_id = alice.asked(fresh("change"))
    app = alice.until(app_id, "running")
    changed = alice.call(
        "PATCH", f"apps/{app_id}/", json={"parameters": {**app["parameters"], "text": "Second words"}}
    )
    assert changed.status_code == 202, changed.text
    app = alice.until(app_id, "running")
    assert app["release"] == 2
    wait_for(lambda: "Second words" in fetch(stack, app["address"])[1], 20, "the new text is served")
    assert [r["number"] for r in alice.get(f"apps/{app_id}/releases/")["results"]] == [2, 1]
    alice.delete(app_id)


def test_beyond_the_quota_it_waits_and_runs_once_decided(
    stack: dict[str, Any], api: Apis, fresh: Names
) -> None:
    alice, bob = api("alice"), api("bob")
    free = {f["dimension"]: f for f in alice.get(f"projects/{alice.project()['id']}/quota/")}
    wish = {"cpu_mhz": 100, "memory_mib": 64, "count": 1}
    refused = None
    made = []
    while refused is None:
        answer = alice.ask(fresh("fill"), resources=wish)
        if answer.status_code == 202:
            made.append(answer.json()["target"]["id"])
        else:
            refused = answer
    assert refused.status_code == 409, refused.text
    problem = refused.json()
    assert problem["code"] == "quota.exceeded"
    figures = problem["shortfalls"][0]
    assert figures["used"] + figures["reserved"] + figures["asked"] > figures["limit"]
    assert len(made) <= free["apps"]["free"]
    waiting = alice.asked(fresh("more"), resources=wish, reason="For the summer school")
    asked = bob.get(f"requests/?app={waiting}")["results"][0]
    assert asked["state"] in {"submitted", "in_review"}
    approved = bob.call("POST", f"requests/{asked['id']}/approve/", json={"reason": "Go on"})
    assert approved.status_code == 200, approved.text
    alice.until(waiting, "running")
    alice.delete(*made, waiting)
    after = {f["dimension"]: f for f in alice.get(f"projects/{alice.project()['id']}/quota/")}
    assert after == free, "an exception granted for an app ends with the app"


def test_a_stranger_cannot_tell_it_from_nothing(api: Apis, fresh: Names) -> None:
    alice, charlie = api("alice"), api("charlie")
    app_id = alice.asked(fresh("mine"))
    absent = charlie.call("GET", "apps/00000000-0000-4000-8000-0000000000ff/")
    for method, path in [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "stop/"),
        ("POST", "secrets/reveal/"),
        ("GET", "logs/"),
    ]:
        answer = charlie.call(method, f"apps/{app_id}/{path}", json={})
        assert answer.status_code == 404, (method, path, answer.text)
        assert answer.json()["title"] == absent.json()["title"]
    alice.delete(app_id)
