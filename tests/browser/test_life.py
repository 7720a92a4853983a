"""An app sleeps and wakes, is deleted and brought back, and goes for good: by the buttons of its page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looking import seen
from tests.browser.person import APP_MS, Visitor
from tests.flows.fetching import fetch
from tests.flows.outside import Outside
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(240)]


def stands(alice: Visitor, state: str) -> None:
    """The page, which goes on by itself, comes to this state."""
    alice.page.locator(f"#live h1 ~ [data-state={state}]").wait_for(timeout=APP_MS)


def confirmed(alice: Visitor, words: str, ask: str) -> None:
    """Press a button that asks first, and say yes."""
    alice.page.get_by_role("button", name=words, exact=True).first.click()
    alice.page.locator(f"#ask-{ask} button[type=submit]").click()


def answers(stack: dict[str, Any], address: str) -> bool:
    """Whether the app itself serves; the explaining page never answers 200."""
    return fetch(stack, address)[0] == 200


def test_asleep_and_started_then_deleted_and_brought_back_then_gone(
    visit: Callable[..., Visitor],
    fresh: Callable[[str], str],
    stack: dict[str, Any],
    screenshots: Path,
) -> None:
    alice, name = visit("alice"), fresh("life")
    page = alice.page
    app_id = alice.api.asked(name)
    app = alice.api.until(app_id, "running")

    alice.go(f"/apps/{app_id}/")
    confirmed(alice, "Put to sleep", "sleep")
    stands(alice, "asleep")
    wait_for(lambda: not answers(stack, app["address"]), 30, "what sleeps serves nothing")
    seen(alice, screenshots, "life-asleep")
    page.get_by_role("button", name="Start", exact=True).click()
    alice.runs()
    assert answers(stack, app["address"])

    alice.go(f"/apps/{app_id}/settings/")
    page.fill("#typed", "another name")
    page.get_by_role("button", name="Delete this app").click()
    expect(page.locator("main")).to_contain_text("Nothing was deleted")
    assert alice.api.app(app_id)["desired"] == "present"
    page.fill("#typed", name)
    page.get_by_role("button", name="Delete this app").click()
    stands(alice, "archived")
    seen(alice, screenshots, "life-archived")
    confirmed(alice, "Undo the deletion", "undo")
    alice.runs()
    assert answers(stack, app["address"]), "its address is what it was"

    alice.go(f"/apps/{app_id}/settings/")
    page.fill("#typed", name)
    page.get_by_role("button", name="Delete this app").click()
    stands(alice, "archived")
    alice.go(f"/apps/{app_id}/settings/")
    seen(alice, screenshots, "life-purge")
    page.fill("#typed", name)
    page.get_by_role("button", name="Remove for good").click()
    stands(alice, "gone")
    seen(alice, screenshots, "life-gone")
    traces = Outside(stack).traces(app["slug"])
    assert not any(traces.values()), traces
    alice.api.made.remove(app_id)
