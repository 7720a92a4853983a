"""Chromium on the whole stack: a fresh profile for each person, signed in through Keycloak's own page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.person import Visitor
from tests.flows.client import Api

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
#: what Chromium gave up when a container's interface came or went is loaded again, as it is for a person
FLAGS += ["--enable-auto-reload"]
WAIT_MS = 20_000


@pytest.fixture(scope="module")
def chromium(stack: dict[str, Any]) -> Iterator[Browser]:
    """Debian's Chromium. The names of the stack lead to this machine, whatever its resolver thinks."""
    domain = str(stack["apps"]["domain"]).partition(".")[2]
    rules = f"--host-resolver-rules=MAP *.{domain} 127.0.0.1, MAP {domain} 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=stack["chromium"], args=[*FLAGS, rules])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, stack: dict[str, Any]) -> Iterator[Callable[..., Visitor]]:
    """`visit("alice")`: a fresh profile at the portal, signed in; `visit("")` is nobody yet.

    What the person's apps are when the test ends is deleted after it.
    """
    opened: list[tuple[BrowserContext, Api]] = []

    def open_for(name: str, *, language: str = "en", width: int = 1280, scheme: str = "light") -> Visitor:
        context = chromium.new_context(
            ignore_https_errors=True,
            locale=language,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 900},
        )
        context.set_default_timeout(WAIT_MS)
        person = Api(stack["portal"]["bind_url"], stack["tokens"][name or "alice"])
        opened.append((context, person))
        visitor = Visitor(stack, name, context.new_page(), person)
        if name:
            visitor.sign_in(language)
        return visitor

    yield open_for
    for context, person in opened:
        context.close()
        person.clear()


@pytest.fixture(scope="session")
def screenshots(stack: dict[str, Any]) -> Path:
    """Where pictures of the pages are kept, for whoever looks at them."""
    folder = Path(stack["portal"]["env_file"]).parent / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Give names that no earlier test took."""
    return lambda stem: f"{stem}-{uuid4().hex[:6]}"
