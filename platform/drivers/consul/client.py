"""Consul through py-consul. Keyword arguments only: its fork and its origin differ in the rest."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import consul
import requests

from drivers import safe
from drivers.consul import convert
from drivers.consul.errors import PART, translated
from drivers.sessions import READ_S, TokenHeader, new_session
from kernel.errors import Misconfigured
from kernel.names import is_full_slug
from orchestration.ports import Instance, Tally

WAIT = "50s"  #: how long Consul holds a blocking query; the read timeout is this plus READ_S


def _refuse_filtered(response: requests.Response, **_: Any) -> None:
    """A list shortened by missing rights must not look like a short list (Consul 1.11 and later say so)."""
    if response.headers.get("X-Consul-Results-Filtered-By-ACLs") == "true":
        raise Misconfigured(PART, "the token may not read everything that was asked for")


class ConsulServices:
    """The port `Services`. `address`: host:port, or a URL."""

    def __init__(self, address: str, *, token_file: str = "", ca: str = "") -> None:
        url = urlsplit(address if "//" in address else f"http://{address}")
        scheme = url.scheme or "http"
        self._client = consul.Consul(
            host=url.hostname,
            port=url.port or 8500,
            scheme=scheme,
            verify=ca or True,
            connections_timeout=READ_S,
        )
        # py-consul prefers a token from the environment to a given one; the session carries ours instead.
        self._client.token = None
        session = new_session(ca=ca, auth=TokenHeader("X-Consul-Token", token_file))
        session.hooks["response"].append(_refuse_filtered)
        self._client.http.session = session

    def instances(self, service: str) -> tuple[Instance, ...]:
        """All instances of a service, whatever their checks say."""
        name = safe.slug(PART, service)
        with translated():
            _, lines = self._client.health.service(service=name)
        if lines is None:
            raise Misconfigured(PART, "the address does not answer as Consul does")
        return tuple(convert.instance(line) for line in lines)

    def list_ours(self) -> tuple[str, ...]:
        """Names of services that have the form of ours; asked of the leader, since deletions rest on it."""
        with translated():
            _, names = self._client.catalog.services(consistency="consistent")
        if names is None:
            raise Misconfigured(PART, "the address does not answer as Consul does")
        return tuple(sorted(name for name in names if is_full_slug(name)))

    def tallies(self) -> Mapping[str, Tally]:
        """Count the instances of each service of ours by the state of all checks."""
        with translated():
            _, checks = self._client.health.state(name="any")
        if checks is None:
            raise Misconfigured(PART, "the address does not answer as Consul does")
        return {name: each for name, each in convert.tallies(checks).items() if is_full_slug(name)}

    def changes(self) -> Iterator[frozenset[str]]:
        """Names of our services whose checks changed; an empty set is a sign of life.

        The first answer tells all of ours. Raises as every method does; the caller starts again.
        """
        index, before = 0, dict[str, tuple[str, ...]]()
        while True:
            with translated():
                told, checks = self._client.health.state(name="any", index=index, wait=WAIT)
            now = convert.standing(checks or ())
            changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
            yield frozenset(name for name in changed if is_full_slug(name))
            # An index that goes backwards means a restored server: begin again (Consul's own advice).
            index, before = (int(told) if int(told) >= index else 0), now

    def version(self) -> str:
        """Consul's version. Needs agent read."""
        with translated():
            return str(self._client.agent.self()["Config"]["Version"])
