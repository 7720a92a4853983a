"""The data explorer with a member's file and its generated password; what becomes of a file that is none."""

from base64 import b64encode
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


def basic(password: str) -> dict[str, str]:
    """HTTP Basic, as a program sends it."""
    return {"Authorization": "Basic " + b64encode(f"data:{password}".encode()).decode()}


def test_the_shown_password_opens_the_data(
    stack: dict[str, Any], api: Apis, fresh: Names, outside: Outside
) -> None:
    alice = api("alice")
    file = alice.upload("elements.csv", "élément;masse\nhydrogène;1,008\n".encode("latin-1"))
    app_id = alice.asked(
        fresh("data"), template="data-explorer", parameters={"title": "T"}, uploads={"data": file}
    )
    app = alice.until(app_id, "running")
    assert {c["type"]: c["status"] for c in app["observed"]["conditions"]} == dict.fromkeys(
        ["SecretsReady", "JobRegistered", "Healthy", "Registered", "Routed", "Answering"], "true"
    )
    password = alice.reveal(app_id)["password"]
    names = alice.get(f"apps/{app_id}/secrets/")
    assert password not in str(names)
    assert {each["name"] for each in names} == {"password", "signing_key"}
    asked = alice.get(f"apps/{app_id}/")
    assert password not in str(asked), "a secret is nowhere but where it was asked for"
    status, body = fetch(stack, app["address"], "/-/databases.json", headers=basic(password))
    assert status == 200, body
    for wrong in ({}, basic("wrong"), basic("")):
        status, body = fetch(stack, app["address"], "/-/databases.json", headers=wrong)
        assert status in {302, 401, 403}, (wrong, status)
        assert "hydrog" not in body
    status, body = fetch(stack, app["address"], "/data.json?sql=select+*+from+data", headers=basic(password))
    alice.delete(app_id)
    assert not any(outside.traces(app["slug"]).values()), outside.traces(app["slug"])


def test_a_broken_file_fails_in_plain_words_and_can_be_mended(
    stack: dict[str, Any], api: Apis, fresh: Names, outside: Outside
) -> None:
    alice = api("alice")
    app_id = alice.asked(
        fresh("broken"),
        template="data-explorer",
        parameters={"title": "T"},
        uploads={"data": alice.upload("broken.sqlite", b"SQLite format 3\0" + b"\xff" * 4096)},
    )
    app = alice.until(app_id, "failed")
    assert app["observed"]["reason_code"] == "task.exit"
    logs = alice.get(f"apps/{app_id}/logs/")
    assert (logs["stderr"] + logs["stdout"]).strip(), "its last words are kept"
    operation = alice.get(f"operations/?app={app_id}")["results"][0]
    assert (operation["state"], operation["error"]["code"]) == ("failed", "task.exit")
    again = alice.act(app_id, "retry")
    assert again.status_code == 202, again.text
    tried = again.json()["id"]
    wait_for(lambda: alice.get(f"operations/{tried}/")["started_at"], 20, "it is tried again")
    mended = alice.call(
        "PATCH", f"apps/{app_id}/", json={"uploads": {"data": alice.upload("good.csv", b"a,b\n1,2\n")}}
    )
    assert mended.status_code == 202, mended.text
    app = alice.until(app_id, "running")
    assert app["release"] == 2
    wait_for(lambda: fetch(stack, app["address"], "/-/login")[0] == 200, 20, "it answers once mended")
    alice.delete(app_id)
    assert not any(outside.traces(app["slug"]).values()), outside.traces(app["slug"])


def test_a_failed_app_can_be_deleted(api: Apis, fresh: Names, outside: Outside) -> None:
    """It waits for the member's secret; then its image cannot be pulled; nothing of it is left."""
    alice = api("alice")
    before = alice.get(f"projects/{alice.project()['id']}/quota/")
    app_id = alice.asked(fresh("noimage"), template="mailpit", parameters={})
    wait_for(
        lambda: alice.app(app_id)["observed"]["reason_code"] == "secret.awaiting_member",
        30,
        "it asks for the member's secret",
    )
    missing = [each["name"] for each in alice.get(f"apps/{app_id}/secrets/") if each["source"] == "member"]
    given = alice.call(
        "PUT", f"apps/{app_id}/secrets/", json={"secrets": dict.fromkeys(missing, "alice:not-used-yet")}
    )
    assert given.status_code in {200, 202, 204}, given.text
    app = alice.until(app_id, "failed")
    assert app["observed"]["reason_code"] == "image.missing", app["observed"]
    alice.delete(app_id)
    assert not any(outside.traces(app["slug"]).values()), outside.traces(app["slug"])
    assert alice.get(f"projects/{alice.project()['id']}/quota/") == before
