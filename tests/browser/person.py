"""A person at a browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error, Page

from tests.flows.client import Api
from tests.waiting import wait_for

APP_MS = 60_000
LOAD_S = 40.0
#: what Playwright says of it
CUT = ("ERR_NETWORK_CHANGED", "interrupted by another navigation")
_APP = re.compile(r"/apps/([0-9a-f-]{36})/")


@dataclass
class Visitor:
    """One person, one profile, one tab."""

    stack: Mapping[str, Any]
    name: str
    page: Page
    api: Api

    def go(self, path: str) -> None:
        """Open a page of the portal."""
        load(self.page, self.stack["portal"]["url"] + path)

    def sign_in(self, language: str) -> None:
        """By the portal's one button and Keycloak's own form; then choose the language to read in."""
        self.go("/")
        self.page.locator("main a.btn-primary").click()
        self.keycloak()
        self.page.wait_for_url(self.stack["portal"]["url"] + "/**")
        self.read_in(language)

    def read_in(self, language: str) -> None:
        """Choose a language in the top bar; the profile keeps it."""
        chosen = self.page.locator(f"button[name=language][value={language}]")
        self.page.locator("details.menu", has=chosen).locator("summary").click()
        chosen.click()
        self.page.locator(f"html[lang={language}]").wait_for(state="attached")

    def keycloak(self) -> None:
        """Fill in Keycloak's form."""
        self.page.fill("#username", self.name)
        self.page.fill("#password", self.stack["accounts"][self.name]["password"])
        self.page.press("#password", "Enter")

    def ask(self, template: str, name: str, answers: Mapping[str, str]) -> None:
        """Fill in a template's form; the personal project is the first offered."""
        self.go(f"/catalogue/{template}/request/")
        self.page.fill("input[name=name]", name)
        self.page.locator("#address-preview", has_text=name).wait_for()
        for field, value in answers.items():
            self.page.fill(answer(field), value)

    def send(self) -> str:
        """Send the form; returns the id of the app whose page comes up."""
        self.page.locator("#asking button[type=submit].btn-primary").click()
        self.page.wait_for_url(_APP)
        found = _APP.search(self.page.url)
        assert found, self.page.url
        self.api.made.append(found[1])
        return found[1]

    def runs(self) -> str:
        """Watch the app's page, which goes on by itself, until the app runs; returns its address."""
        self.page.locator("#live h1 ~ [data-state=running]").wait_for(timeout=APP_MS)
        address = self.page.locator("#live .address a").first.get_attribute("href")
        assert address
        return address


def answer(field: str) -> str:
    """Where a parameter of the template is asked for in the form."""
    return f"[name=p-{field}]"


def wider(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def load(page: Page, url: str) -> None:
    """Open an address.

    Chromium gives up what it loads when a container's interface comes or goes, shows a page of its own and
    loads again by itself, several times where several interfaces do; each may cut off what is asked next,
    which is asked again until it comes.
    """

    def loaded() -> bool:
        try:
            page.goto(url)
        except Error as error:
            if not any(word in error.message for word in CUT):
                raise
            return False
        return True

    wait_for(loaded, LOAD_S, f"{url} is loaded")
