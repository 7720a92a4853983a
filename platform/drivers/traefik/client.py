"""Traefik's API through requests: no library exists for it."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests

from drivers import safe
from drivers.sessions import TIMEOUT, new_session
from drivers.traefik import convert
from drivers.traefik.errors import PART, NotThere, checked, translated
from orchestration.ports import RouterState

PAGE = 10_000  #: lines a page: Traefik builds its whole list anew for each
KINDS = ("http", "tcp")


class TraefikRoutes:
    """The port `Routes`. Routers for http and tcp are looked up alike: a name stands in one of them."""

    def __init__(self, address: str, *, ca: str = "") -> None:
        self._address = address.rstrip("/")
        self._session = new_session(ca=ca)

    def _get(self, path: str, **params: str) -> requests.Response:
        with translated():
            response = self._session.get(
                f"{self._address}/api/{path}", params=params, timeout=TIMEOUT, allow_redirects=False
            )
        return checked(response)

    def _listed(self, search: str = "") -> Iterator[Mapping[str, Any]]:
        """All routers of both kinds. The last page's X-Next-Page is 1."""
        for kind in KINDS:
            page = "1"
            while True:
                filters = {"search": search} if search else {}
                response = self._get(f"{kind}/routers", per_page=str(PAGE), page=page, **filters)
                with translated():
                    yield from response.json()
                following = response.headers.get("X-Next-Page", "1")
                if following in {"", "1"}:
                    break
                page = following

    def router(self, name: str, provider: str = "consulcatalog") -> RouterState | None:
        """A router as Traefik runs it."""
        full = f"{safe.word(PART, name)}@{safe.word(PART, provider)}"
        for kind in KINDS:
            try:
                response = self._get(f"{kind}/routers/{full}")
            except NotThere:
                continue
            with translated():
                return convert.router(response.json())
        return None

    def routers_of_host(self, host: str) -> tuple[RouterState, ...]:
        """All routers, ours or not, whose rule names that host."""
        wanted = safe.host(PART, host)
        found = (convert.router(line) for line in self._listed(search=wanted))
        return tuple(each for each in found if wanted in convert.hosts(each.rule))

    def list_ours(self) -> tuple[str, ...]:
        """Names of routers that have the form of ours."""
        found = (convert.router(line).name for line in self._listed())
        return tuple(sorted(name for name in found if convert.is_ours(name)))

    def statuses(self) -> Mapping[str, str]:
        """Each router of our form with its status."""
        found = (convert.router(line) for line in self._listed())
        return {each.name: each.status for each in found if convert.is_ours(each.name)}

    def foreign_hosts(self, domain: str) -> Mapping[str, str]:
        """Hosts below a domain that routers not of our form serve: host -> router. Patterns are left out."""
        ending = f".{safe.host(PART, domain)}"
        found = (convert.router(line) for line in self._listed())
        return {
            host: each.name
            for each in found
            if not convert.is_ours(each.name)
            for host in convert.hosts(each.rule)
            if host.endswith(ending)
        }

    def version(self) -> str:
        """Traefik's version."""
        response = self._get("version")
        with translated():
            return str(response.json().get("Version", ""))

    def entrypoints(self) -> tuple[str, ...]:
        """Names of the entry points."""
        response = self._get("entrypoints")
        with translated():
            return tuple(str(each["name"]) for each in response.json())

    def providers(self) -> tuple[str, ...]:
        """Kinds of providers, as Traefik writes them: File, ConsulCatalog."""
        response = self._get("overview")
        with translated():
            return tuple(map(str, response.json().get("providers") or ()))

    def has_middleware(self, name: str) -> bool:
        """Whether a middleware stands; the name with its provider, as `http-to-https@file`."""
        first, _, provider = name.partition("@")
        full = f"{safe.word(PART, first)}@{safe.word(PART, provider)}"
        try:
            self._get(f"http/middlewares/{full}")
        except NotThere:
            return False
        return True
