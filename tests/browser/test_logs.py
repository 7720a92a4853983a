"""A log in a real browser: followed, searched, paused, cut off; and harmless, whatever a program writes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.apps.telemetry.hostile import PAYLOADS
from tests.browser.person import Visitor
from tests.flows.halting import halted
from tests.flows.outside import Outside

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(240)]
Visit = Callable[..., Visitor]
LAST = "the last line of all"
#: shown where a load was cut by a container's interface
CHROMIUMS_OWN = "chrome-error://chromewebdata/"


class Written:
    """The log of an app that runs, which the test goes on writing."""

    def __init__(self, stack: dict[str, Any], visitor: Visitor, app_id: str) -> None:
        slug = visitor.api.app(app_id)["slug"]
        (alloc,) = [
            each["ID"] for each in Outside(stack).allocations(slug) if each["ClientStatus"] == "running"
        ]
        home = Path(stack["portal"]["env_file"]).parent
        (self.path,) = home.glob(f"**/{alloc}/**/*.stdout.0")

    def write(self, *lines: str) -> None:
        """Append lines as the program would."""
        with self.path.open("ab") as file:
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))


@pytest.fixture
def written(visit: Visit, fresh: Callable[[str], str], stack: dict[str, Any]) -> tuple[Visitor, str, Written]:
    alice = visit("alice")
    app_id = alice.api.asked(fresh("logs"))
    alice.api.until(app_id, "running")
    return alice, app_id, Written(stack, alice, app_id)


def lines(page: Page) -> list[str]:
    """The lines that stand on the page and are not hidden."""
    found: list[str] = page.locator("#log-text > div:not([hidden])").all_text_contents()
    return found


def test_a_log_is_followed_searched_and_paused(written: tuple[Visitor, str, Written]) -> None:
    alice, app_id, log = written
    page = alice.page
    log.write("alpha one", "beta two")
    alice.go(f"/apps/{app_id}/logs/")
    text = page.locator("#log-text")
    expect(text).to_contain_text("beta two")
    expect(page.locator("#log-state")).to_have_text("live")
    log.write("alpha three")
    expect(text).to_contain_text("alpha three")
    page.fill("#log-q", "ALPHA")
    assert lines(page) == ["alpha one", "alpha three"], "only what holds the words, whatever the case"
    expect(page.locator("#log-count")).to_have_text("2 of 3 lines")
    log.write("beta four", "alpha five")
    expect(page.locator("#log-count")).to_have_text("3 of 5 lines")
    page.fill("#log-q", "")
    page.locator("#log-pause").click()
    log.write("while you looked away")
    expect(page.locator("#log-pause")).to_have_text("Go on (1 new)")
    assert "while you looked away" not in lines(page), "what is paused stands still"
    page.locator("#log-pause").click()
    expect(text).to_contain_text("while you looked away")
    with page.expect_download() as begun:
        page.locator("a[download]").click()
    assert "alpha one\nbeta two\n" in Path(begun.value.path()).read_text()


def test_a_cut_says_since_when_and_the_log_goes_on(
    written: tuple[Visitor, str, Written], stack: dict[str, Any]
) -> None:
    alice, app_id, log = written
    log.write("before the cut")
    alice.go(f"/apps/{app_id}/logs/")
    expect(alice.page.locator("#log-text")).to_contain_text("before the cut")
    with halted(stack, "nomad"):
        expect(alice.page.locator("#log-state")).to_contain_text("Not reached for", timeout=60_000)
    log.write("after the cut")
    expect(alice.page.locator("#log-text")).to_contain_text("after the cut", timeout=60_000)
    assert lines(alice.page).count("before the cut") == 1, "nothing is shown twice"


def test_a_log_that_cannot_be_opened_says_since_when_and_is_opened_later(
    written: tuple[Visitor, str, Written], stack: dict[str, Any]
) -> None:
    """The cluster went away between the page and its stream: no word of too many logs."""
    alice, app_id, log = written
    log.write("before the cut")
    opening: list[Route] = []

    def hold(route: Route) -> None:
        opening.append(route)

    alice.page.route("**/logs/stream/**", hold, times=1)
    alice.go(f"/apps/{app_id}/logs/")
    expect(alice.page.locator("#log-state")).to_have_text("opening…")
    state = alice.page.locator("#log-state")
    with halted(stack, "nomad"):
        opening[0].continue_()
        # Longer than the browser waits before it asks again: the age is that of the first attempt.
        expect(state).to_have_text(re.compile(r"Not reached for [1-9]\d s"), timeout=60_000)
    log.write("after the cut")
    expect(alice.page.locator("#log-text")).to_contain_text("after the cut", timeout=60_000)
    assert lines(alice.page).count("before the cut") == 1, "nothing is shown twice"


def watch(page: Page, harm: list[str]) -> None:
    """Note whatever a log should never bring about."""

    def dismiss(dialog: Dialog) -> None:
        harm.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("popup", lambda _: harm.append("popup"))
    page.on("request", lambda request: harm.extend([request.url] if "evil" in request.url else []))


def test_five_hundred_hostile_lines_are_text_and_nothing_else(
    written: tuple[Visitor, str, Written], stack: dict[str, Any]
) -> None:
    alice, app_id, log = written
    page, harm = alice.page, list[str]()
    watch(page, harm)
    assert len(PAYLOADS) >= 500
    paths = (f"/apps/{app_id}/logs/", f"/apps/{app_id}/logs/panel/?lines=5000")
    ours = {stack["portal"]["url"] + path for path in paths} | {CHROMIUMS_OWN}
    page.on("framenavigated", lambda frame: harm.extend({frame.url} - ours))
    for path in paths:
        alice.go(path)
        here, title = page.url, page.title()
        for payload in PAYLOADS if "panel" not in path else ():
            log.write(payload)
        log.write(LAST)
        if "panel" in path:
            alice.go(path)
        expect(page.locator("#log-text")).to_contain_text(LAST, timeout=60_000)
        assert (page.url, page.title()) == (here, title)
        assert page.locator("#log-text :not(div)").count() == 0, "no element but the lines' own"
        assert page.locator("#log-text > div > *").count() == 0, "and nothing in them but text"
        assert page.evaluate("window.__hit === undefined")
        odd = page.evaluate(
            "[...document.querySelector('#log-text').textContent].filter(c => "
            "/[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]/.test(c)).length"
        )
        assert odd == 0, "no control character is left"
    assert not harm
