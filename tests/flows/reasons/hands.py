"""Somebody's hands in Nomad, OpenBao, Consul and Traefik, past the portal; all is put back at the end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
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

    def nomad(self, method: str, path: str, body: object = None, **params: str) -> Any:
        """One call in the portal's namespace; returns the answer."""
        nomad = self.stack["nomad"]
        params |= {"namespace": nomad["namespace"]}
        headers = {"X-Nomad-Token": nomad["token"]}
        answer = self._call(method, f"{nomad['url']}/v1/{path}", headers, json=body, params=params)
        return answer.json() if answer.text.strip() else None

    def vault(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One call; returns `data`."""
        vault = self.stack["vault"]
        headers = {"X-Vault-Token": vault["token"]}
        answer = self._call(method, f"{vault['url']}/v1/{path}", headers, json=body)
        found: dict[str, Any] = answer.json()["data"] if answer.content else {}
        return found

    def consul(self, method: str, path: str, body: object = None) -> Any:
        """One call; returns the answer."""
        consul = self.stack["consul"]
        headers = {"X-Consul-Token": consul["token"]}
        answer = self._call(method, f"{consul['url']}/v1/{path}", headers, json=body)
        return answer.json() if answer.text.strip() else None

    def entry_point(self, name: str) -> str:
        """Where one of Traefik's entry points listens."""
        url = f"{self.stack['traefik']['url']}/api/entrypoints/{name}"
        return str(self._call("GET", url, {}).json()["address"])

    def router(self, name: str, protocol: str, rule: str, **fields: str) -> None:
        """Have Consul tell Traefik of a router of another service; a field's dots stand in its name."""
        router = f"traefik.{protocol}.routers.{name}"
        tags = [f"{router}.{field}={value}" for field, value in {"rule": rule, **fields}.items()]
        self.service(name, ["traefik.enable=true", *tags])

    def service(self, name: str, tags: Sequence[str] = (), meta: Mapping[str, str] | None = None) -> None:
        """Register a service in Consul that nobody checks."""
        identity = f"meddling-{uuid4().hex[:8]}"
        body = {"ID": identity, "Name": name, "Port": 9, "Address": "127.0.0.1", "Tags": list(tags)}
        self.consul("PUT", "agent/service/register", {**body, "Meta": dict(meta or {})})
        self.undo.callback(self.consul, "PUT", f"agent/service/deregister/{identity}")

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

    def forbid(self, slug: str) -> None:
        """Who logs in as this app may not read its secrets: what is denied anywhere is denied."""
        vault, name = self.stack["vault"], f"forbids-{slug}"
        path = f"{vault['kv_mount']}/data/apps/{slug}"
        rules = {"policy": f'path "{path}" {{\n  capabilities = ["deny"]\n}}\n'}
        self.vault("PUT", f"sys/policies/acl/{name}", rules)
        self.undo.callback(self.vault, "DELETE", f"sys/policies/acl/{name}")
        entity = self.vault("POST", "identity/entity", {"name": name, "policies": [name]})["id"]
        self.undo.callback(self.vault, "DELETE", f"identity/entity/id/{entity}")
        accessor = self.vault("GET", "sys/auth")[f"{vault['jwt_mount']}/"]["accessor"]
        alias = {"name": slug, "canonical_id": entity, "mount_accessor": accessor}
        self.vault("POST", "identity/entity-alias", alias)

    def expire(self, slug: str) -> None:
        """OpenBao deletes whatever is written at the app's place a second after it was."""
        path = f"{self.stack['vault']['kv_mount']}/metadata/apps/{slug}"
        self.vault("POST", path, {"delete_version_after": "1s"})
        self.undo.callback(self.vault, "DELETE", path)

    def suspend_copy(self, slug: str) -> None:
        """One container of the app stands still: it takes connections, and answers none."""
        first = min(each["ID"] for each in self.nomad("GET", f"job/{slug}/allocations"))
        client = self.undo.enter_context(closing(docker.DockerClient(base_url=self.stack["docker_host"])))
        label = f"com.hashicorp.nomad.alloc_id={first}"
        (container,) = client.containers.list(filters={"label": label})
        container.pause()
        self.undo.callback(container.unpause)

    def no_machine(self) -> None:
        """No machine takes new jobs."""
        for node in self.nomad("GET", "nodes"):
            self._eligible(node["ID"], "ineligible")
            self.undo.callback(self._eligible, node["ID"], "eligible")

    def _eligible(self, node: str, word: str) -> None:
        self.nomad("PUT", f"node/{node}/eligibility", {"Eligibility": word})

    def no_containers(self) -> None:
        """The portal's namespace takes no job of containers."""
        path = f"namespace/{self.stack['nomad']['namespace']}"
        kept = self.nomad("GET", path)
        self.undo.callback(self.nomad, "PUT", path, kept)
        stands = kept["Capabilities"] or {}
        drivers = [*(stands.get("DisabledTaskDrivers") or []), "docker"]
        self.nomad("PUT", path, {**kept, "Capabilities": {**stands, "DisabledTaskDrivers": drivers}})

    def disarm_worker(self) -> None:
        """OpenBao gives the portal's worker no right any more."""
        path = "sys/policies/acl/paillasse-worker"
        self.undo.callback(self.vault, "PUT", path, {"policy": self.vault("GET", path)["policy"]})
        self.vault("PUT", path, {"policy": 'path "x" {}\n'})

    def unregister(self, service: str) -> None:
        """Consul loses the service, and who registered it may not do so again."""
        policies = self.consul("GET", "acl/policies")
        (found,) = (each["ID"] for each in policies if each["Name"] == "paillasse-nomad")
        kept = self.consul("GET", f"acl/policy/{found}")
        denied = f'{kept["Rules"]}\nservice "{service}" {{\n  policy = "read"\n}}\n'
        self.undo.callback(self.consul, "PUT", f"acl/policy/{found}", kept)
        self.consul("PUT", f"acl/policy/{found}", {**kept, "Rules": denied})
        for each in self.consul("GET", f"catalog/service/{service}"):
            self.consul("PUT", f"agent/service/deregister/{each['ServiceID']}")
            # The agent would tell the catalogue with the right that was just taken away.
            gone = {"Node": each["Node"], "ServiceID": each["ServiceID"]}
            self.consul("PUT", "catalog/deregister", gone)

    def nudge(self, slug: str) -> None:
        """Nomad looks at the job once more, and tells that it did: so the portal looks too."""
        self.nomad("PUT", f"job/{slug}/evaluate", {"JobID": slug})


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
