"""An administrator upgrades three apps: a good version to the end, a broken one stopped by its trial."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looking import seen
from tests.browser.person import Visitor
from tests.flows.client import Api
from tests.flows.managing import ROOT, manage

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(600)]
CATALOGUE = ROOT / "templates" / "catalogue"
FOLLOWS_MS = 180_000
#: with Docker an image that is nowhere; as a process a program that is nowhere
BROKEN = {"paillasse/static-site:1": "paillasse/nothing-of-this-name:1", "share/serve.py": "share/nothing.py"}


@pytest.fixture
def offer(tmp_path: Path) -> Iterator[Callable[[str, dict[str, str]], None]]:
    """`offer("1.5.0", {old: new})`: a version of the static site whose manifest says something else."""
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, folder)
    manifest = folder / "static-site" / "template.yaml"
    text = manifest.read_text(encoding="utf-8")

    def load(version: str, changes: dict[str, str]) -> None:
        changed = text
        for old, new in {"version: 1.0.0": f"version: {version}", **changes}.items():
            assert old in changed
            changed = changed.replace(old, new)
        manifest.write_text(changed, encoding="utf-8")
        manage("load_catalogue", str(folder))

    yield load
    manage("load_catalogue", str(CATALOGUE))


def begin(bob: Visitor, version: str, apps: list[str]) -> None:
    """Choose the version and these apps alone, the first as a trial, and begin."""
    bob.go(f"/fleet/new/static-site/?version={version}")
    for box in bob.page.locator("input[name=apps]:enabled").all():
        box.uncheck()
    for app_id in apps:
        bob.page.locator(f"input[name=apps][value='{app_id}']").check()
    bob.page.fill("input[name=canary]", "1")
    bob.page.fill("input[name=failures_max]", "1")
    bob.page.locator("form[method=post] button[type=submit].btn-primary").click()
    bob.page.wait_for_url("**/fleet/upgrades/**")


def test_a_good_version_goes_through_and_a_broken_one_stops(
    stack: dict[str, Any],
    visit: Callable[..., Visitor],
    fresh: Callable[[str], str],
    offer: Callable[[str, dict[str, str]], None],
    screenshots: Path,
) -> None:
    dana = Api(stack["portal"]["bind_url"], stack["tokens"]["dana"])
    project = dana.project("shared")["id"]
    try:
        names = sorted(fresh("fleet") for _ in range(3))  # as the page lists them: the first is the trial
        apps = [dana.asked(name, project=project) for name in names]
        for app_id in apps:
            dana.until(app_id, "running", FOLLOWS_MS / 1000)
        bob = visit("bob")

        offer("1.5.0", {"drain_s: 1": "drain_s: 2"})
        bob.go("/fleet/")
        expect(bob.page.locator("main")).to_contain_text("1.5.0")
        seen(bob, screenshots, "fleet-who", "fr", "en")
        bob.go("/fleet/new/static-site/?version=1.5.0")
        seen(bob, screenshots, "fleet-new", "fr", "en")
        begin(bob, "1.5.0", apps)
        expect(bob.page.locator("#progress .c-green").first).to_contain_text("Done", timeout=FOLLOWS_MS)
        expect(bob.page.locator("#progress tbody .c-green")).to_have_count(3, timeout=FOLLOWS_MS)
        assert [dana.app(app_id)["template"]["version"] for app_id in apps] == ["1.5.0"] * 3

        offer("1.6.0", BROKEN)
        begin(bob, "1.6.0", apps)
        state = bob.page.locator("#progress .card-head .state")
        expect(state).to_contain_text("Stopped by failures", timeout=FOLLOWS_MS)
        rows = bob.page.locator("#progress tbody tr")
        expect(rows.nth(0)).to_contain_text("Failed")
        expect(rows.nth(1)).to_contain_text("Waiting")
        assert rows.nth(0).locator("td").last.inner_text().strip() not in {"", "—"}, "it says why"
        assert [dana.app(app_id)["template"]["version"] for app_id in apps[1:]] == ["1.5.0"] * 2
        seen(bob, screenshots, "fleet-stopped", "fr", "en")
        bob.page.get_by_role("button", name="Cancel the upgrade").click()
        expect(bob.page.locator("#progress .card-head .state")).to_contain_text("Cancelled")
        for app_id in apps[1:]:
            assert dana.app(app_id)["observed"]["state"] == "running", "the others are as they were"
    finally:
        dana.clear()
