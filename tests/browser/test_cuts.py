"""No page claims what was not observed: each part of the real stack is cut while an app runs.

Pages and API then tell how old the last observation is, and `unknown` for what cannot be seen meanwhile.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
from playwright.sync_api import Locator, expect

from tests.browser.person import Visitor
from tests.flows.client import Api
from tests.flows.halting import ended, halted
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Visitor]
NOTICED_S = 60.0  #: the watcher asks each part every five seconds, and waits ten for its answer
PROBED = timedelta(minutes=3)  #: an address is asked about once a minute
CUT = {
    "en": ("{} cannot be reached; it goes on by itself.", "Last seen", "Not verified"),
    "fr": ("{} est injoignable ; la suite vient d’elle-même.", "Vue pour la dernière fois", "Non vérifiée"),
}
SILENT = {"en": "{} does not answer", "fr": "{} ne répond pas"}
ANSWERED = {"en": "Answered at its address", "fr": "A répondu à son adresse"}


@pytest.fixture(scope="module")
def app_id(stack: dict[str, Any]) -> Iterator[str]:
    """An app of alice's that was seen running."""
    alice = Api(stack["portal"]["bind_url"], stack["tokens"]["alice"])
    found = alice.asked(f"cut-{uuid4().hex[:6]}")
    alice.until(found, "running")
    yield found
    alice.clear()


def seen(person: Api, app_id: str) -> dict[str, Any]:
    """What the API says."""
    told: dict[str, Any] = person.app(app_id)["observed"]
    return told


def newest(told: dict[str, Any]) -> datetime:
    """When something was last really seen of it."""
    return max(datetime.fromisoformat(told[name]) for name in ("observed_at", "answered_at"))


def look(visitor: Visitor, path: str, process: str) -> None:
    """Open a page. The stack's browsers come through Traefik: without it the page is asked of the web one."""
    if process != "traefik":
        visitor.go(path)
        return
    portal = visitor.stack["portal"]
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in visitor.page.context.cookies())
    headers = {"Host": urlsplit(portal["url"]).netloc, "X-Forwarded-Proto": "https", "Cookie": cookies}
    answer = requests.get(portal["bind_url"] + path, headers=headers, timeout=15, allow_redirects=False)
    assert answer.status_code == 200, answer.text
    blank = visitor.page.context.new_page()
    blank.route("**/*", lambda route: route.abort())
    blank.set_content(answer.text)
    visitor.page.close()
    visitor.page = blank


def said_at(live: Locator) -> datetime:
    """The time that the page tells the age of."""
    told = live.locator("time[data-ago]").first.get_attribute("datetime")
    assert told
    return datetime.fromisoformat(told)


@pytest.mark.parametrize(
    ("process", "name", "language"),
    [("nomad", "Nomad", "fr"), ("consul", "Consul", "en"), ("traefik", "Traefik", "fr")],
)
def test_what_cannot_be_seen_is_said_to_be_unknown_with_its_age(
    stack: dict[str, Any], visit: Visit, app_id: str, process: str, name: str, language: str
) -> None:
    alice = visit("alice", language=language)
    alice.api.until(app_id, "running")
    before = newest(seen(alice.api, app_id))
    away, last, word = CUT[language]
    with halted(stack, process):
        wait_for(
            lambda: seen(alice.api, app_id)["state"] == "unknown", NOTICED_S, f"{name} is seen to be away"
        )
        look(alice, f"/apps/{app_id}/", process)
        live = alice.page.locator("#live")
        expect(live.locator("h1 ~ [data-state=unknown]")).to_have_text(word)
        expect(live).to_contain_text(away.format(name))
        expect(live).to_contain_text(last)
        told = seen(alice.api, app_id)
        assert (told["state"], told["reason_code"], told["waiting_for"], told["who"]) == (
            "unknown",
            f"{process}.unavailable",
            process,
            "nobody",
        )
        told_at = newest(told)
        assert before <= said_at(live) <= told_at < datetime.now(UTC)
        for path in ("/", "/apps/"):
            look(alice, path, process)
            expect(alice.page.locator("[data-state=unknown]").first).to_be_visible()
            expect(alice.page.locator("[data-state=running]")).to_have_count(0)
    alice.api.until(app_id, "running")
    wait_for(
        lambda: newest(seen(alice.api, app_id)) > told_at, PROBED.total_seconds(), "it is really seen again"
    )
    alice.page = alice.page.context.new_page()  # the one before may load nothing
    alice.go(f"/apps/{app_id}/")
    alice.runs()


@pytest.mark.parametrize(
    ("process", "name", "language"),
    [("openbao", "OpenBao", "fr"), ("redis", "Redis", "en"), ("keycloak", "Keycloak", "fr")],
)
def test_what_can_still_be_seen_is_said_with_its_age(
    stack: dict[str, Any], visit: Visit, app_id: str, process: str, name: str, language: str
) -> None:
    """None of the three is needed to see an app run: its address is asked on, and the page says when."""
    alice = visit("alice", language=language)
    alice.api.until(app_id, "running")
    banner = alice.page.locator(".banner", has_text=SILENT[language].format(name))
    with halted(stack, process):
        cut_at = datetime.now(UTC)

        def named() -> bool:
            alice.go(f"/apps/{app_id}/")
            return bool(banner.count())

        wait_for(named, NOTICED_S, f"the banner names {name}")
        wait_for(
            lambda: datetime.fromisoformat(seen(alice.api, app_id)["answered_at"]) > cut_at,
            PROBED.total_seconds(),
            f"its address answers again while {name} is away",
        )
        alice.go(f"/apps/{app_id}/")
        live = alice.page.locator("#live")
        expect(live.locator("h1 ~ [data-state=running]")).to_be_visible()
        expect(live).to_contain_text(ANSWERED[language])
        assert cut_at < said_at(live) < datetime.now(UTC)
    alice.api.until(app_id, "running")


def test_without_its_database_the_portal_says_so_and_nothing_else(
    stack: dict[str, Any], visit: Visit, app_id: str
) -> None:
    """PostgreSQL ends. Nothing is known then, so nothing is told: 503, and no state."""
    alice = visit("alice", language="fr")
    alice.go(f"/apps/{app_id}/")
    with ended(stack, "postgres"):
        for path in ("/apps/", f"/apps/{app_id}/"):
            answer = alice.page.goto(stack["portal"]["url"] + path)
            assert answer
            assert answer.status == 503, path
            expect(alice.page.locator("[data-state]")).to_have_count(0)
        told = alice.api.call("GET", f"apps/{app_id}/")
        assert (told.status_code, told.json()["code"]) == (503, "PostgreSQL.unavailable")
    wait_for(lambda: alice.api.call("GET", f"apps/{app_id}/").status_code == 200, NOTICED_S, "it is back")
    alice.go(f"/apps/{app_id}/")
    alice.runs()
