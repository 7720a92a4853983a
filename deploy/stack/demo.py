"""Proof that the chain works: an app asked for through the portal's API, fetched through Traefik."""

import time
from typing import Any
from urllib.parse import urlsplit

import urllib3

from stack.keeping import keep
from stack.layout import Layout, StackError
from stack.parts.base import http, try_http
from stack.parts.portal import manage
from stack.people import PEOPLE
from stack.waiting import wait_until

NAME = "bienvenue"
TEMPLATE = "static-site"
TEXT = "Bienvenue sur la paillasse. Welcome to the lab bench."
DEADLINE_S = 90.0
OK = 200
#: All that a member's token may carry (apps.accounts.enums.Scope).
SCOPES = ",".join(
    f"{room}:{right}"
    for room, rights in {
        "profile": ["read"],
        "projects": ["read", "write"],
        "templates": ["read"],
        "apps": ["read", "write"],
        "secrets": ["reveal"],
        "requests": ["read", "write"],
        "audit": ["read"],
    }.items()
    for right in rights
)


def token(layout: Layout, person: str, scopes: str = SCOPES) -> str:
    """Return a person's API token, made once and kept."""
    subject = PEOPLE[person].subject
    arguments = ("create_token", "--person-subject", subject, "--name", f"deploy-{layout.name}")

    def make() -> str:
        return manage(layout.home, (*arguments, "--scopes", scopes)).strip().splitlines()[-1]

    return keep(layout.secrets / f"token-{person}", make)


class Demo:
    """One member's use of the API."""

    def __init__(self, layout: Layout, person: str = "alice") -> None:
        self._layout = layout
        self._base = f"{layout.url('portal')}/api/v1"
        self._headers = {"Authorization": f"Bearer {token(layout, person)}"}

    def ensure_app(self) -> tuple[str, float]:
        """Ask for the demo app unless it is there; returns its address, and the seconds until it answered."""
        began = time.monotonic()
        app = self._find() or self._ask()
        address = str(app["address"])
        if app["observed"]["state"] == "failed":
            http("POST", f"{self._base}/apps/{app['id']}/retry/", token=self._headers, json={})
        try:
            wait_until(
                lambda: _shows_text(fetch(self._layout, address)),
                why=f"{address} does not answer",
                deadline_s=DEADLINE_S,
            )
        except StackError as error:
            raise StackError(f"{error}\n{self._story(app['id'])}") from error
        return address, time.monotonic() - began

    def _find(self) -> dict[str, Any] | None:
        apps: list[dict[str, Any]] = http("GET", f"{self._base}/apps/", token=self._headers).json()["results"]
        return next((app for app in apps if app["name"] == NAME and app["desired"] == "present"), None)

    def _ask(self) -> dict[str, Any]:
        projects = http("GET", f"{self._base}/projects/", token=self._headers).json()["results"]
        personal = next(project for project in projects if project["kind"] == "personal")
        wanted = {
            "project": personal["id"],
            "template": TEMPLATE,
            "name": NAME,
            "parameters": {"title": "Paillasse", "text": TEXT},
        }
        operation = http("POST", f"{self._base}/apps/", token=self._headers, json=wanted).json()
        found: dict[str, Any] = self._app(operation["target"]["id"])
        return found

    def _app(self, app_id: str) -> Any:
        return http("GET", f"{self._base}/apps/{app_id}/", token=self._headers).json()

    def _story(self, app_id: str) -> str:
        answer = try_http("GET", f"{self._base}/apps/{app_id}/", token=self._headers)
        return (
            f"observed: {answer.json().get('observed')}"
            if answer.ok
            else f"the API says {answer.status_code}"
        )


def fetch(layout: Layout, address: str) -> tuple[int, str]:
    """Open an app's public address as a browser here would: its own name, resolved to loopback."""
    parts = urlsplit(address)
    with urllib3.HTTPSConnectionPool(
        "127.0.0.1",
        layout.port("https"),
        ca_certs=str(layout.home / "ca.pem"),
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
        timeout=5.0,
        retries=False,
    ) as pool:
        try:
            answer = pool.request("GET", parts.path or "/", headers={"Host": parts.netloc}, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            return 0, str(error)
        return answer.status, answer.data.decode(errors="replace")


def _shows_text(answer: tuple[int, str]) -> bool:
    status, body = answer
    return status == OK and TEXT in body  # the portal's explaining page stands at the same address before
