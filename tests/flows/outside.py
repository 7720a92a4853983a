"""Reads Nomad, OpenBao, Consul and Traefik with the stack's own root tokens, past the portal's drivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

CALL_S = 10.0


@dataclass(frozen=True)
class Outside:
    """The four, and how to read each."""

    stack: Mapping[str, Any]

    def _get(self, url: str, headers: Mapping[str, str], *, empty: Any, **params: str) -> Any:
        answer = requests.get(url, headers=dict(headers), params=params, timeout=CALL_S)
        if answer.status_code == 404:
            return empty
        assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text}"
        return answer.json()

    def jobs(self) -> set[str]:
        """Ids of jobs that live or could: dead ones wait for Nomad's own garbage collection."""
        nomad = self.stack["nomad"]
        found = self._get(
            f"{nomad['url']}/v1/jobs",
            {"X-Nomad-Token": nomad["token"]},
            empty=[],
            namespace=nomad["namespace"],
        )
        return {job["ID"] for job in found if not (job["Stop"] and job["Status"] == "dead")}

    def allocations(self, job: str) -> list[dict[str, Any]]:
        """Every allocation of a job that Nomad remembers."""
        nomad = self.stack["nomad"]
        found: list[dict[str, Any]] = self._get(
            f"{nomad['url']}/v1/job/{job}/allocations",
            {"X-Nomad-Token": nomad["token"]},
            empty=[],
            namespace=nomad["namespace"],
            all="true",
        )
        return found

    def volumes(self) -> set[str]:
        """Names of dynamic host volumes, and of those that a plugin made."""
        nomad = self.stack["nomad"]
        found = [
            each
            for kind in ("host", "csi")
            for each in self._get(
                f"{nomad['url']}/v1/volumes",
                {"X-Nomad-Token": nomad["token"]},
                empty=[],
                namespace=nomad["namespace"],
                type=kind,
            )
        ]
        return {volume["Name"] for volume in found}

    def _vault_list(self, path: str) -> set[str]:
        vault = self.stack["vault"]
        found = self._get(
            f"{vault['url']}/v1/{path}",
            {"X-Vault-Token": vault["token"]},
            empty={"data": {"keys": []}},
            list="true",
        )
        return set(found["data"]["keys"])

    def secrets(self) -> set[str]:
        """Slugs with a KV path."""
        return self._vault_list(f"{self.stack['vault']['kv_mount']}/metadata/apps")

    def policies(self) -> set[str]:
        """Policies of apps."""
        return {name for name in self._vault_list("sys/policies/acl") if name.startswith("paillasse-app-")}

    def roles(self) -> set[str]:
        """JWT roles of apps."""
        return {
            name
            for name in self._vault_list(f"auth/{self.stack['vault']['jwt_mount']}/role")
            if name.startswith("paillasse-app-")
        }

    def services(self) -> set[str]:
        """Names in Consul's catalogue."""
        consul = self.stack["consul"]
        return set(
            self._get(f"{consul['url']}/v1/catalog/services", {"X-Consul-Token": consul["token"]}, empty={})
        )

    def routers(self) -> set[str]:
        """Names of Traefik's routers."""
        found = self._get(f"{self.stack['traefik']['url']}/api/http/routers", {}, empty=[], per_page="10000")
        return {router["name"] for router in found}

    def traces(self, slug: str) -> dict[str, set[str]]:
        """Everything outside whose name holds the slug, by part; empty sets when nothing is left."""
        parts = {
            "jobs": self.jobs(),
            "volumes": self.volumes(),
            "secrets": self.secrets(),
            "policies": self.policies(),
            "roles": self.roles(),
            "services": self.services(),
            "routers": self.routers(),
        }
        return {part: {name for name in names if slug in name} for part, names in parts.items()}
