"""Traefik: routes by the services' Consul tags; the portal's own routes come from files."""

import os
import re
from typing import ClassVar
from urllib.parse import urlsplit

from stack.keeping import keep
from stack.names import APPS_DOMAIN, PORTAL_HOST
from stack.parts.base import Part, Row, http, try_http
from stack.rendering import render_to
from stack.venvs import stack_program

#: How long Traefik gathers changes before it reloads, and how often it reads all of Consul besides watching.
THROTTLE = "100ms"
REFRESH = "2s"


class Traefik(Part):
    """Traefik 3.7."""

    name = "traefik"
    variable = "TRAEFIK_API_URL"
    needs = ("consul", "openbao")
    ports = ("http", "https", "traefik-api")
    deadline_s: ClassVar[float] = 30.0

    def start(self) -> None:
        """Write both kinds of settings, then start it; changed static settings start it anew."""
        folder = self.layout.home / "traefik"
        (folder / "dynamic").mkdir(parents=True, exist_ok=True)
        for name in ("lab", "portal"):
            render_to(folder / f"dynamic/{name}.yaml", f"traefik/dynamic/{name}.yaml", self._dynamic())
        changed = render_to(folder / "traefik.yaml", "traefik/traefik.yaml", self._static())
        if changed:
            self.stack.processes.stop(self.name)
        if not self.stack.processes.get(self.name):
            command = [stack_program("traefik"), f"--configFile={folder / 'traefik.yaml'}"]
            self.stack.processes.start(self.name, command, env={"PATH": os.environ["PATH"]}, cwd=folder)

    def ready(self) -> bool:
        """Whether it has read the files and Consul."""
        answer = try_http("GET", f"{self._url()}/api/http/routers")
        return answer.ok and any(router.get("name") == "nothing-there@file" for router in answer.json())

    def settle(self) -> None:
        """Tell the portal where its API is."""
        self.stack.facts["traefik_api_url"] = self._url()

    def row(self) -> Row:
        """Say the server's own version."""
        version = http("GET", f"{self._url()}/api/version").json()["Version"]
        return Row("Traefik", str(version), self.kind, f"https on 127.0.0.1:{self.layout.port('https')}")

    def _static(self) -> dict[str, object]:
        consul = urlsplit(self.stack.fact("consul_addr"))
        return {
            "http_port": self.layout.port("http"),
            "https_port": self.layout.port("https"),
            "api_port": self.layout.port("traefik-api"),
            "throttle": THROTTLE,
            "refresh": REFRESH,
            "consul_address": consul.netloc,
            "consul_scheme": consul.scheme,
            "consul_token": keep(self.layout.secrets / "consul-traefik", str),
            "dynamic": self.layout.home / "traefik/dynamic",
        }

    def _dynamic(self) -> dict[str, object]:
        return {
            "https_port": self.layout.port("https"),
            "certificate": self.layout.secrets / "apps.crt",
            "key": self.layout.secrets / "apps.key",
            "portal_host": PORTAL_HOST,
            "portal_url": self.layout.url("portal"),
            "apps_domain_regexp": re.escape(APPS_DOMAIN).replace("\\", "\\\\"),
        }

    def _url(self) -> str:
        return self.given.rstrip("/") or self.layout.url("traefik-api")
