"""The tab Data: what a volume holds is measured, kept in a snapshot, and comes back from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looking import seen
from tests.browser.person import Visitor
from tests.flows.book import Book

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(300)]
KEEPS_MS = 120_000


def test_a_snapshot_is_taken_and_restored(
    visit: Callable[..., Visitor], fresh: Callable[[str], str], stack: dict[str, Any], screenshots: Path
) -> None:
    alice = visit("alice")
    page = alice.page
    app_id = alice.api.asked(fresh("data"), template="notebook", parameters={})
    book = Book(stack, alice.api, app_id)
    book.write("before")

    alice.go(f"/apps/{app_id}/data/")
    page.get_by_role("button", name="Measure now").click()
    expect(page.locator("#kept")).to_contain_text("measured", timeout=KEEPS_MS)
    page.fill("[id^=note-]", "Before the holidays")
    page.get_by_role("button", name="Take a snapshot").click()
    row = page.locator("#kept tbody tr", has_text="Before the holidays")
    expect(row.locator(".state")).to_contain_text("Ready", timeout=KEEPS_MS)
    expect(row).to_contain_text("never tried")
    seen(alice, screenshots, "data", "fr", "en")

    book.write("after")
    row.get_by_role("button", name="Restore", exact=True).click()
    page.locator("[id^=restore-] button[type=submit]").click()
    expect(row).not_to_contain_text("never tried", timeout=KEEPS_MS)
    alice.api.until(app_id, "running", KEEPS_MS / 1000)
    assert book.read() == "before"
    row.get_by_role("button", name="Delete", exact=True).click()
    page.locator("[id^=delete-] button[type=submit]").click()
    expect(page.locator("#kept")).to_contain_text("None yet.", timeout=KEEPS_MS)
