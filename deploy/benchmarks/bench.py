"""What every benchmark uses: the stack, the portal's API as one person, an app's public address."""

import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
import urllib3

from stack.demo import token
from stack.layout import CHECKOUT, StackError
from stack.parts.base import Stack
from stack.parts.portal import manage

# Seconds between two questions to an address, the same for both sides of a comparison. Fifty that ask twenty
# times a second would keep both cores busy with asking alone.
POLL_S = 0.05
BURST_POLL_S = 0.25
DEADLINE_S = 120.0
OK = 200
ACCEPTED = 202
SMALL = {"cpu_mhz": 20, "memory_mib": 64, "count": 1}
TEMPLATE = "bench-site"
CATALOGUES = (CHECKOUT / "templates/catalogue", CHECKOUT / "deploy/benchmarks/catalogue")


@dataclass
class Bench:
    """The running stack."""

    stack: Stack
    person: str = "dana"
    _local: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The API's address."""
        return f"{self.stack.layout.url('portal')}/api/v1"

    @property
    def headers(self) -> dict[str, str]:
        """The person's token."""
        if "headers" not in self._local:
            self._local["headers"] = {"Authorization": f"Bearer {token(self.stack.layout, self.person)}"}
        headers: dict[str, str] = self._local["headers"]
        return headers

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One call of the API."""
        return requests.request(method, f"{self.base}/{path}", headers=self.headers, timeout=30, **options)

    def project(self) -> str:
        """Return the shared project's id, its quota raised for the benchmark."""
        if "project" not in self._local:
            manage(self.stack.layout.home, ("shell", "-v0", "-c", RAISE))
            self._load_template()
            found = self.call("GET", "projects/?kind=shared").json()["results"][0]
            self._local["project"] = found["id"]
        project: str = self._local["project"]
        return project

    def _load_template(self) -> None:
        """Offer the measured template beside the usual ones: a folder that lacks these withdraws them."""
        both = self.stack.layout.home / "catalogue"
        both.mkdir(exist_ok=True)
        for folder in (each for catalogue in CATALOGUES for each in catalogue.iterdir() if each.is_dir()):
            if not (both / folder.name).exists():
                (both / folder.name).symlink_to(folder)
        manage(self.stack.layout.home, ("load_catalogue", str(both), "--strict"))

    def ask(self, name: str, **wishes: Any) -> requests.Response:
        """Ask for an app of the measured template."""
        body = {
            "project": self.project(),
            "template": TEMPLATE,
            "name": name,
            "parameters": {"title": name, "text": f"This is {name}"},
            "resources": SMALL,
            **wishes,
        }
        return self.call("POST", "apps/", json=body)

    def asked(self, name: str) -> str:
        """Ask and return the app's id; raises StackError where it was refused."""
        answer = self.ask(name)
        if answer.status_code != ACCEPTED:
            raise StackError(f"refused: {answer.status_code} {answer.text[:300]}")
        target: str = answer.json()["target"]["id"]
        return target

    def app(self, app_id: str) -> dict[str, Any]:
        """Read an app."""
        found: dict[str, Any] = self.call("GET", f"apps/{app_id}/").json()
        return found

    def delete(self, ids: Iterable[str]) -> None:
        """Delete these for good and wait until all are gone."""
        waiting = list(ids)
        for app_id in waiting:
            self.call("DELETE", f"apps/{app_id}/")
            self.call("POST", f"apps/{app_id}/purge/", json={"name": self.app(app_id)["name"]})
        until(lambda: all(self.app(i)["observed"]["state"] == "gone" for i in waiting), "apps are deleted")

    def address(self, name: str) -> str:
        """Return where an app of this name will answer."""
        return f"https://{name}.apps.localhost:{self.stack.layout.port('https')}"

    def until_answers(self, name: str, every_s: float = POLL_S) -> None:
        """Ask every so many seconds until the app itself answers, not the portal's explaining page.

        Each time on a new connection: on one that was opened while the explaining page stood there, Traefik
        answers 421 for the app's router, whose TLS options have another name.
        """
        parts = urlsplit(self.address(name))
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1",
            self.stack.layout.port("https"),
            ca_certs=str(self.stack.layout.home / "ca.pem"),
            server_hostname=parts.hostname,
            assert_hostname=parts.hostname,
            timeout=5.0,
            retries=False,
        ) as pool:
            until(lambda: _answers(pool, parts.netloc), f"{name} answers", every_s)


def _answers(pool: urllib3.HTTPSConnectionPool, host: str) -> bool:
    try:
        answer = pool.request("GET", "/", headers={"Host": host, "Connection": "close"}, redirect=False)
    except urllib3.exceptions.HTTPError:
        return False
    return bool(answer.status == OK)


RAISE = (
    "from apps.projects.models import Project; from apps.quotas import services;"
    "from kernel.units import Amounts;"
    "from kernel.actors import system;"
    "services.set_limit(actor=system('bench'), project=Project.objects.get(slug='genomics'),"
    "limits=Amounts(apps=3000, cpu_mhz=1000000, memory_mib=1000000, storage_mib=1000000), reason='benchmark')"
)


def until(condition: Callable[[], bool], why: str, every_s: float = POLL_S) -> None:
    """Wait; raises StackError after the deadline."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            raise StackError(f"not within {DEADLINE_S:g} s: {why}")
        time.sleep(every_s)


def timed(action: Callable[[], object]) -> float:
    """Seconds that an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def at_once(actions: Iterable[Callable[[], Any]]) -> list[Any]:
    """Run all in threads of their own and return their results."""
    todo = list(actions)
    with ThreadPoolExecutor(len(todo)) as pool:
        return [future.result() for future in [pool.submit(action) for action in todo]]


def fresh(stem: str) -> str:
    """Return a name that nobody took."""
    return f"{stem}-{uuid4().hex[:6]}"


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found: int = taken.getsockname()[1]
    return found
