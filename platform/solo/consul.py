"""Keeps the real Consul agent in step: what runs is registered, what is gone is not.

Only services with Nomad's prefix, its mark, and this very node's id in their meta are ever removed.
"""

import logging
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from solo.registrations import OWNER, PREFIX

log = logging.getLogger(__name__)
_TIMEOUT_S = 5
_SYNC_S = 10.0
_RETRY_S = 1.0


class ConsulSync:
    """One Consul agent; an empty address: none, and nothing is done."""

    def __init__(self, address: str, token_file: Path | None, node_id: str) -> None:
        self.address, self._node_id = address.rstrip("/"), node_id
        self._wanted: dict[str, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._poke = threading.Event()
        self._away = False
        self._headers = {"X-Consul-Token": token_file.read_text().strip()} if token_file else {}

    def start(self) -> None:
        """Begin to look after it."""
        if self.address:
            threading.Thread(target=self._run, name="consul", daemon=True).start()

    def register(self, alloc_id: str, services: list[dict[str, Any]]) -> None:
        """These are an allocation's services from now on."""
        with self._lock:
            gone = {s["ID"] for s in self._wanted.get(alloc_id, [])} - {s["ID"] for s in services}
            self._wanted[alloc_id] = services
        try:
            for service in services:
                self._put(service)
            for identity in gone:
                self._remove(identity)
        except requests.RequestException:
            self._poke.set()

    def deregister(self, alloc_id: str) -> None:
        """It has none any more."""
        with self._lock:
            services = self._wanted.pop(alloc_id, [])
        try:
            for service in services:
                self._remove(service["ID"])
        except requests.RequestException:
            self._poke.set()

    def checks(self) -> dict[str, list[str]] | None:
        """The statuses of each service's checks, by service id; nothing while Consul is away."""
        if not self.address:
            return {}
        try:
            answer = self._call("GET", "/v1/agent/checks").json()
        except (requests.RequestException, ValueError):
            return None
        found: dict[str, list[str]] = {}
        for check in answer.values():
            found.setdefault(check["ServiceID"], []).append(check["Status"])
        return found

    def services(self, alloc_id: str) -> list[dict[str, Any]]:
        """What an allocation should have registered."""
        with self._lock:
            return self._wanted.get(alloc_id, [])

    def fingerprint(self) -> dict[str, str]:
        """Attributes of the node; none while Consul is away."""
        if not self.address:
            return {}
        try:
            config = self._call("GET", "/v1/agent/self").json()["Config"]
        except (requests.RequestException, ValueError, KeyError):
            return {}
        return {
            "consul.version": config["Version"].partition("+")[0],
            "consul.datacenter": config["Datacenter"],
            "consul.server": str(config["Server"]).lower(),
            "unique.consul.name": config["NodeName"],
        }

    def _call(self, method: str, path: str, body: Any = None) -> requests.Response:
        answer = requests.request(
            method, self.address + path, json=body, headers=self._headers, timeout=_TIMEOUT_S
        )
        answer.raise_for_status()
        return answer

    def _put(self, service: dict[str, Any]) -> None:
        self._call("PUT", "/v1/agent/service/register?replace-existing-checks=true", service)

    def _remove(self, identity: str) -> None:
        answer = requests.put(
            f"{self.address}/v1/agent/service/deregister/{quote(identity, safe='')}",
            headers=self._headers,
            timeout=_TIMEOUT_S,
        )
        if answer.status_code not in (200, 404, 500):
            answer.raise_for_status()

    def _run(self) -> None:
        wait = 0.0
        while True:
            self._poke.wait(wait)
            self._poke.clear()
            try:
                self._sync()
            except (requests.RequestException, ValueError) as error:
                if not self._away:
                    log.warning("Consul does not answer, services wait: %s", error)
                self._away, wait = True, _RETRY_S
            else:
                if self._away:
                    log.warning("Consul answers again")
                self._away, wait = False, _SYNC_S

    def _sync(self) -> None:
        there = self._call("GET", "/v1/agent/services").json()
        with self._lock:
            wanted = {s["ID"]: s for services in self._wanted.values() for s in services}
        for identity, service in wanted.items():
            if identity not in there or there[identity]["Tags"] != service["Tags"]:
                self._put(service)
        for identity, service in there.items():
            meta = service["Meta"] or {}
            ours = meta.get("external-source") == "nomad" and meta.get(OWNER) == self._node_id
            if (
                identity.startswith(PREFIX)
                and ours
                and identity not in wanted
                and not self._is_wanted(identity)
            ):
                self._remove(identity)

    def _is_wanted(self, identity: str) -> bool:
        with self._lock:
            return any(s["ID"] == identity for services in self._wanted.values() for s in services)
