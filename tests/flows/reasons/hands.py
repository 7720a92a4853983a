"""Somebody's hands in Nomad, OpenBao, Consul and Traefik, past the portal; all is put back at the end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

CALL_S = 10.0
FOREIGN = {"paillasse.app": "00000000-0000-4000-8000-0000000000ff"}


class Hands:
    """With the stack's own root tokens. `undo` puts back what was done through it, last first."""

    def __init__(self, stack: Mapping[str, Any], undo: ExitStack) -> None:
        self.stack, self.undo = stack, undo

    def _call(self, method: str, url: str, headers: Mapping[str, str], **kwargs: Any) -> requests.Response:
        answer = requests.request(method, url, headers=dict(headers), timeout=CALL_S, **kwargs)
        assert answer.ok, f"{method} {url}: {answer.status_code} {answer.text}"
        return answer

    def nomad(self, method: str, path: str, body: object = None, **params: str) -> None:
        """One call in the portal's namespace."""
        nomad = self.stack["nomad"]
        params |= {"namespace": nomad["namespace"]}
        headers = {"X-Nomad-Token": nomad["token"]}
        self._call(method, f"{nomad['url']}/v1/{path}", headers, json=body, params=params)

    def vault(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One call; returns `data`."""
        vault = self.stack["vault"]
        headers = {"X-Vault-Token": vault["token"]}
        answer = self._call(method, f"{vault['url']}/v1/{path}", headers, json=body)
        found: dict[str, Any] = answer.json()["data"] if answer.content else {}
        return found

    def service(self, name: str, tags: Sequence[str] = (), meta: Mapping[str, str] | None = None) -> None:
        """Register a service in Consul that nobody checks."""
        consul, identity = self.stack["consul"], f"meddling-{uuid4().hex[:8]}"
        agent, headers = f"{consul['url']}/v1/agent/service", {"X-Consul-Token": consul["token"]}
        body = {"ID": identity, "Name": name, "Port": 9, "Address": "127.0.0.1", "Tags": list(tags)}
        self._call("PUT", f"{agent}/register", headers, json={**body, "Meta": dict(meta or {})})
        self.undo.callback(self._call, "PUT", f"{agent}/deregister/{identity}", headers)

    def job(self, name: str, image: str) -> None:
        """Register a job of no copies that is not the portal's."""
        task = {"Name": "foreign", "Driver": "docker", "Config": {"image": image}}
        group = {"Name": "foreign", "Count": 0, "Tasks": [task]}
        job = {"ID": name, "Name": name, "Type": "service", "Datacenters": ["*"], "TaskGroups": [group]}
        namespace = self.stack["nomad"]["namespace"]
        self.nomad("POST", "jobs", {"Job": {**job, "Namespace": namespace}})
        self.undo.callback(self.nomad, "DELETE", f"job/{name}", purge="true")

    def policy(self, name: str) -> None:
        """Write a policy that is not the portal's."""
        self.vault("PUT", f"sys/policies/acl/{name}", {"policy": '# somebody else\npath "x" {}\n'})
        self.undo.callback(self.vault, "DELETE", f"sys/policies/acl/{name}")

    def secret(self, path: str) -> None:
        """Write secrets of another app."""
        mount = self.stack["vault"]["kv_mount"]
        self.vault("POST", f"{mount}/data/{path}", {"data": {"password": "somebody-elses"}})
        self.vault("POST", f"{mount}/metadata/{path}", {"custom_metadata": FOREIGN})
        self.undo.callback(self.vault, "DELETE", f"{mount}/metadata/{path}")


@contextmanager
def distrusted(stack: Mapping[str, Any]) -> Iterator[None]:
    """OpenBao believes none of Nomad's identities for as long as the block lasts."""
    with ExitStack() as undo:
        hands, path = Hands(stack, undo), f"auth/{stack['vault']['jwt_mount']}/config"
        known = hands.vault("GET", path)
        kept = {name: known[name] for name in ("jwks_url", "jwt_supported_algs")}
        undo.callback(hands.vault, "POST", path, {**kept, "bound_issuer": known.get("bound_issuer") or ""})
        hands.vault("POST", path, {**kept, "bound_issuer": "https://elsewhere.example"})
        yield


@contextmanager
def replaced(path: Path, text: str) -> Iterator[None]:
    """A file says something else for as long as the block lasts; it is changed in place."""
    before = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")
