"""The pages on the real parts: sound, no wider than the screen, and there when a part is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.person import Visitor, load, wider
from tests.flows.halting import halted
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(240)]
Visit = Callable[..., Visitor]
Names = Callable[[str], str]
LOOKS = [("en", 1280, "light"), ("fr", 360, "light"), ("fr", 1280, "dark"), ("en", 360, "dark")]
MEMBER = {
    "home": "/",
    "catalogue": "/catalogue/",
    "template": "/catalogue/data-explorer/",
    "request": "/catalogue/notebook/request/",
    "apps": "/apps/",
    "app": "/apps/{app}/",
    "app-releases": "/apps/{app}/releases/",
    "app-logs": "/apps/{app}/logs/",
    "app-secrets": "/apps/{app}/secrets/",
    "app-settings": "/apps/{app}/settings/",
    "app-lease": "/apps/{app}/lease/",
    "ask-lease": "/apps/{app}/lease/ask/",
    "requests": "/requests/",
    "projects": "/projects/",
    "tokens": "/tokens/",
}
ADMIN = {"decisions": "/decisions/", "audit": "/audit/", "status": "/status/"}
OWNER = {
    "project": "/projects/genomics/",
    "project-settings": "/projects/genomics/settings/",
    "members": "/projects/genomics/members/",
    "review": "/projects/genomics/review/",
    "quota": "/projects/genomics/quota/",
    "ask-quota": "/projects/genomics/quota/ask/",
    "ask-project": "/requests/project/",
    "notices": "/notices/",
    "preferences": "/notices/preferences/",
    "my-request": "/requests/{request}/",
}
DECIDER = {
    "cockpit": "/requests/{request}/",
    "inbox": "/decisions/",
    "rules": "/rules/",
    "new-rule": "/rules/new/",
    "absences": "/absences/",
    "quotas": "/quotas/",
    "set-quota": "/projects/genomics/quota/set/",
    "lease-terms": "/projects/genomics/lease/",
    "lab-ceiling": "/quotas/ceiling/",
    "groups": "/groups/",
    "departures": "/departures/",
    "import": "/import/",
    "undelivered": "/notices/undelivered/",
}


def troubles(page: Page, what: str) -> list[str]:
    """What axe finds, and a page wider than the screen."""
    found = [
        f"{what}: {each['id']} {[node['target'] for node in each['nodes'][:3]]}"
        for each in Axe().run(page).response["violations"]
    ]
    return found + ([f"{what}: {wider(page)} px wider than the screen"] if wider(page) > 0 else [])


def looked_at(visit: Visit, screenshots: Path, pages: dict[str, dict[str, str]], **ids: str) -> list[str]:
    """What is wrong with these pages, as those people see them in each look; a picture of each is kept."""
    found: list[str] = []
    for language, width, scheme in LOOKS:
        for who, theirs in pages.items():
            visitor = visit(who, language=language, width=width, scheme=scheme)
            for name, path in theirs.items():
                visitor.go(path.format(**ids))
                expect(visitor.page.locator("html")).to_have_attribute("lang", language)
                shot = screenshots / f"{name}-{width}-{language}-{scheme}.png"
                visitor.page.screenshot(path=shot, full_page=True)
                found += troubles(visitor.page, shot.stem)
    return found


def test_every_page_is_sound_and_fits(visit: Visit, fresh: Names, screenshots: Path) -> None:
    """In French and English, wide and narrow, light and dark, with an app that runs."""
    owner = visit("alice")
    owner.ask("static-site", fresh("atlas"), {"title": "Atlas", "text": "Every cell of the mouse brain."})
    app_id = owner.send()
    address = owner.runs()
    found = looked_at(visit, screenshots, {"alice": MEMBER, "bob": ADMIN}, app=app_id)
    assert owner.api.act(app_id, "stop").status_code == 202
    owner.api.until(app_id, "stopped")
    nobody = visit("", language="fr", width=360)
    for name, there in {
        "explaining": address,
        "sign-in": nobody.stack["portal"]["url"] + "/sign-in/",
    }.items():
        load(nobody.page, there)
        nobody.page.screenshot(path=screenshots / f"{name}-360-fr-light.png", full_page=True)
        found += troubles(nobody.page, name)
    assert not found, "\n".join(found)


def test_pages_of_projects_and_decisions_are_sound_and_fit(visit: Visit, screenshots: Path) -> None:
    """The same with a request for quota that waits, as its requester and whoever decides see it."""
    dana = visit("dana")
    project = dana.api.project("shared")["id"]
    stands = {each["dimension"]: each["limit"] for each in dana.api.get(f"projects/{project}/quota/")}
    body = {
        "kind": "quota",
        "project": project,
        "limits": {"apps": stands["apps"] + 40},
        "reason": "The summer school brings forty students, each with a notebook.",
    }
    asked = dana.api.call("POST", "requests/", json=body)
    assert asked.status_code in {201, 202}, asked.text
    request = asked.json()["id"]
    found = looked_at(visit, screenshots, {"dana": OWNER, "bob": DECIDER}, request=request)
    assert dana.api.call("POST", f"requests/{request}/withdraw/", json={}).status_code == 200
    assert not found, "\n".join(found)


def test_parts_that_are_down_are_named_and_the_pages_answer(
    visit: Visit, stack: dict[str, Any], screenshots: Path
) -> None:
    alice = visit("alice")
    banners = [alice.page.locator(".banner", has_text=word) for word in ("Nomad", "OpenBao")]

    def named() -> bool:
        alice.go("/")
        return all(banner.count() for banner in banners)

    def silent() -> bool:
        alice.go("/")
        return not any(banner.count() for banner in banners)

    wait_for(silent, 30, "every part answers")
    with halted(stack, "nomad"), halted(stack, "openbao"):
        wait_for(named, 60, "the banner names both")
        for path in ("/", "/catalogue/", "/catalogue/static-site/request/", "/apps/", "/requests/"):
            alice.go(path)
            for banner in banners:
                expect(banner).to_be_visible()
            expect(alice.page.locator("h1").first).to_be_visible()
        alice.page.screenshot(path=screenshots / "without-parts.png")
    wait_for(silent, 60, "the banner goes by itself")
