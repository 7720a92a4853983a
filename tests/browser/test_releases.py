"""A person changes an app and sees before what it does; trial copies, a bad release, and the way back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looking import seen
from tests.browser.person import APP_MS, Visitor, answer
from tests.flows.fetching import fetch
from tests.flows.managing import manage
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(400)]
Visit = Callable[..., Visitor]
BROKEN = b"SQLite format 3\0" + b"\xff" * 4096
#: version 1.1.0 of the static site: an answer that vanished, one that is new
NEWER = """
from apps.catalogue.models import Template, TemplateVersion
template = Template.objects.get(slug="static-site")
content = {**template.current.manifest, "version": "1.1.0"}
schema = dict(content["parameters"])
asked = dict(schema["properties"])
label = {"fr": "Sous-titre", "en": "Subtitle"}
del asked["archive"]
asked["subtitle"] = {"type": "string", "maxLength": 80, "x-portal": {"label": label}}
schema = {**schema, "properties": asked, "anyOf": [{"required": ["text"]}]}
content |= {"parameters": schema, "files": [each for each in content["files"] if each["name"] != "archive"]}
content["files"] = [{k: v for k, v in each.items() if k != "unless"} for each in content["files"]]
version, _ = TemplateVersion.objects.get_or_create(
    template=template, version="1.1.0", defaults={"digest": "newer", "manifest": content}
)
Template.objects.filter(id=template.id).update(current=version)
"""
OLDER = """
from apps.catalogue.models import Template, TemplateVersion
older = TemplateVersion.objects.get(template__slug="static-site", version="1.0.0")
Template.objects.filter(slug="static-site").update(current=older)
"""


@pytest.fixture
def newer() -> Iterator[None]:
    """The static site has a newer version for a while."""
    manage("shell", "-c", NEWER)
    yield
    manage("shell", "-c", OLDER)


def site(visit: Visit, name: str, **how: Any) -> tuple[Visitor, str, str]:
    """Alice's static site, running: visitor, id, address."""
    alice = visit("alice", **how)
    alice.ask("static-site", name, {"title": name, "text": "First words"})
    app_id = alice.send()
    return alice, app_id, alice.runs()


def change(alice: Visitor, app_id: str, text: str, *, canary: bool = False) -> None:
    """Fill in the form of a change, and see what it would do."""
    alice.go(f"/apps/{app_id}/change/")
    alice.page.fill(answer("text"), text)
    if canary:
        alice.page.locator("input[name=strategy][value=canary]").check()
    alice.page.locator(answer("text")).blur()


def says(stack: Any, address: str, words: str) -> None:
    wait_for(lambda: words in fetch(stack, address)[1], 30, f"{address} says {words}")


def test_a_change_is_seen_before_it_is_made_and_taken_back(
    visit: Visit, fresh: Callable[[str], str], stack: Any, screenshots: Path
) -> None:
    alice, app_id, address = site(visit, fresh("plan"))
    change(alice, app_id, "Second words")
    cluster = alice.page.locator("#cluster")
    expect(cluster).to_contain_text("1 copy is replaced by a new one")
    expect(alice.page.locator("#foreseen")).to_contain_text("Second words")
    seen(alice, screenshots, "change-plan")
    alice.send()
    alice.runs()
    says(stack, address, "Second words")

    alice.go(f"/apps/{app_id}/releases/")
    seen(alice, screenshots, "releases")
    alice.page.get_by_role("link", name="Go back to release 1").click()
    expect(alice.page.locator("main")).to_contain_text("1 copy is replaced by a new one")
    seen(alice, screenshots, "release-back")
    alice.page.get_by_role("button", name="Go back to release 1").click()
    alice.runs()
    says(stack, address, "First words")
    alice.go(f"/apps/{app_id}/releases/")
    expect(alice.page.locator("main article").first).to_contain_text("Has the content of release 1 again")


def test_more_copies_leave_the_first_alone(visit: Visit, fresh: Callable[[str], str]) -> None:
    alice, app_id, _ = site(visit, fresh("scale"))
    alice.go(f"/apps/{app_id}/settings/")
    alice.page.fill("#count", "2")
    alice.page.get_by_role("button", name="Change the number of copies").click()
    alice.runs()
    assert alice.api.app(app_id)["resources"]["count"] == 2
    refused = alice.api.call("POST", f"apps/{app_id}/scale/", json={"count": 99})
    assert refused.json()["errors"][0]["pointer"] == "#/count", refused.text


def test_a_trial_copy_is_let_in(
    visit: Visit, fresh: Callable[[str], str], stack: Any, screenshots: Path
) -> None:
    alice, app_id, address = site(visit, fresh("trial"))
    change(alice, app_id, "On trial", canary=True)
    expect(alice.page.locator("#cluster")).to_contain_text("stands beside the others")
    alice.send()
    promote = alice.page.get_by_role("button", name="Let it in")
    promote.wait_for(timeout=APP_MS)
    says(stack, address, "First words")
    for _ in range(5):
        assert "On trial" not in fetch(stack, address)[1], "it takes no visits"
    seen(alice, screenshots, "canary")
    promote.click()
    alice.runs()
    says(stack, address, "On trial")
    assert alice.api.app(app_id)["observed"]["release"] == 2


def test_a_trial_copy_is_given_up(visit: Visit, fresh: Callable[[str], str], stack: Any) -> None:
    alice, app_id, address = site(visit, fresh("abort"))
    change(alice, app_id, "On trial", canary=True)
    alice.send()
    alice.page.get_by_role("button", name="Let it in").wait_for(timeout=APP_MS)
    alice.page.get_by_role("button", name="Give it up").click()
    expect(alice.page.locator("main")).to_contain_text("the app stays on the release that serves")
    alice.api.until(app_id, "running")
    assert "First words" in fetch(stack, address)[1]
    app = alice.api.app(app_id)
    assert (app["release"], app["observed"]["release"]) == (3, 3)
    assert alice.api.get(f"apps/{app_id}/releases/3/")["restores"] == 1


def test_a_bad_release_leaves_the_app_on_the_one_before(
    visit: Visit, fresh: Callable[[str], str], stack: Any, screenshots: Path
) -> None:
    alice = visit("alice")
    good = alice.api.upload("good.csv", b"a,b\n1,2\n")
    name = fresh("bad")
    app_id = alice.api.asked(
        name, template="data-explorer", parameters={"title": "T"}, uploads={"data": good}
    )
    address = alice.api.until(app_id, "running")["address"]
    bad = alice.api.upload("broken.sqlite", BROKEN)
    changed = alice.api.call("PATCH", f"apps/{app_id}/", json={"uploads": {"data": bad}})
    assert changed.status_code == 202, changed.text
    alice.api.until(app_id, "degraded", 120)
    alice.go(f"/apps/{app_id}/")
    told = alice.page.locator("#live")
    expect(told).to_contain_text("Release 2 did not get healthy: release 1 serves on.")
    expect(told).to_contain_text("The program ended by itself")
    expect(told).to_contain_text("release 1 serves, 2 is wanted")
    seen(alice, screenshots, "reverted")
    assert fetch(stack, address, "/-/login")[0] == 200
    operation = alice.api.get(f"operations/?app={app_id}")["results"][0]
    assert (operation["state"], operation["error"]["code"]) == ("failed", "job.reverted")
    alice.page.get_by_role("link", name="Stay on release 1").click()
    alice.page.get_by_role("button", name="Go back to release 1").click()
    alice.runs()
    assert alice.api.app(app_id)["observed"]["release"] == 3


@pytest.mark.usefixtures("newer")
def test_an_upgrade_says_what_it_changes(
    visit: Visit, fresh: Callable[[str], str], stack: Any, screenshots: Path
) -> None:
    alice = visit("alice", language="fr")
    name = fresh("upgrade")
    app_id = alice.api.asked(name, version="1.0.0")
    alice.api.until(app_id, "running")
    alice.go(f"/apps/{app_id}/")
    alice.page.get_by_role("link", name="voir ce qui change").click()
    right = alice.page.locator("#foreseen")
    expect(right).to_contain_text("Ce que change la version 1.1.0")
    expect(right).to_contain_text("Sous-titre — Nouveau")
    expect(right).to_contain_text("N’est plus demandé")
    seen(alice, screenshots, "upgrade-fr")
    alice.send()
    alice.runs()
    assert alice.api.app(app_id)["template"]["version"] == "1.1.0"
    foreseen = alice.api.call("PATCH", f"apps/{app_id}/?dry_run=true", json={"version": "1.0.0"})
    assert "parameter.new" in json.dumps(foreseen.json()["version_changes"]), foreseen.text
