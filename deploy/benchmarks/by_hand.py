"""The same app made by hand: the same policy, role, secret and job, over the same APIs, in the fewest calls.

The texts are those of an app that the portal made, read back and renamed: both sides run the same thing.
"""

import json
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any

import requests

from benchmarks.bench import Bench, at_once
from stack.keeping import keep
from stack.layout import StackError
from stack.names import JWT_MOUNT, KV_MOUNT

#: Fields that Nomad adds; sending them back would not be what a person writes.
COMPUTED = (
    "Status", "StatusDescription", "Stable", "Version", "SubmitTime", "CreateIndex", "ModifyIndex",
    "JobModifyIndex", "Stop", "NomadTokenID", "VersionTag", "UI",
)  # fmt: skip


@dataclass
class Model:
    """An app that the portal made: its outside objects as texts to be renamed."""

    bench: Bench
    slug: str
    name: str
    job: str = ""
    policy: str = ""
    role: str = ""
    marks: str = ""
    secrets: tuple[str, ...] = ()

    def read(self) -> "Model":
        """Read job, policy, role and the secret's marks and names back."""
        job = self._nomad("GET", f"job/{self.slug}").json()
        self.job = json.dumps({key: value for key, value in job.items() if key not in COMPUTED})
        mark = f"paillasse-app-{self.slug}"
        self.policy = self._vault("GET", f"sys/policies/acl/{mark}").json()["data"]["policy"]
        self.role = json.dumps(self._vault("GET", f"auth/{JWT_MOUNT}/role/{mark}").json()["data"])
        secret = self._vault("GET", f"{KV_MOUNT}/metadata/apps/{self.slug}").json()["data"]
        self.marks = json.dumps({"custom_metadata": secret["custom_metadata"]})
        self.secrets = tuple(self._vault("GET", f"{KV_MOUNT}/data/apps/{self.slug}").json()["data"]["data"])
        return self

    def make(self, name: str) -> None:
        """Write policy, role, secret and job under another name."""
        slug = self.slug_of(name)
        mark = f"paillasse-app-{slug}"
        self._vault("PUT", f"sys/policies/acl/{mark}", json={"policy": self._renamed(self.policy, name)})
        self._vault("POST", f"auth/{JWT_MOUNT}/role/{mark}", json=json.loads(self._renamed(self.role, name)))
        values = {each: token_hex(16) for each in self.secrets}
        self._vault("POST", f"{KV_MOUNT}/data/apps/{slug}", json={"data": values, "options": {"cas": 0}})
        self._vault("POST", f"{KV_MOUNT}/metadata/apps/{slug}", json=json.loads(self.marks))
        self._nomad("POST", "jobs", json={"Job": json.loads(self._renamed(self.job, name))})

    def remove(self, names: list[str]) -> None:
        """Take all of it away again."""
        at_once([partial(self._remove, name) for name in names])

    def slug_of(self, name: str) -> str:
        """Return the slug under which the copy stands."""
        return self.slug.replace(self.name, name)

    def _remove(self, name: str) -> None:
        slug = self.slug_of(name)
        self._nomad("DELETE", f"job/{slug}", params={"purge": "true"})
        self._vault("DELETE", f"{KV_MOUNT}/metadata/apps/{slug}")
        self._vault("DELETE", f"auth/{JWT_MOUNT}/role/paillasse-app-{slug}")
        self._vault("DELETE", f"sys/policies/acl/paillasse-app-{slug}")

    def _renamed(self, text: str, name: str) -> str:
        return text.replace(self.name, name)

    def _nomad(self, method: str, path: str, **options: Any) -> requests.Response:
        stack = self.bench.stack
        secret = keep(stack.layout.secrets / "nomad-management", str)
        params = {"namespace": stack.fact("nomad_namespace"), **options.pop("params", {})}
        headers = {"X-Nomad-Token": secret}
        return _ok(
            requests.request(
                method,
                f"{stack.fact('nomad_addr')}/v1/{path}",
                headers=headers,
                params=params,
                timeout=30,
                **options,
            )
        )

    def _vault(self, method: str, path: str, **options: Any) -> requests.Response:
        stack = self.bench.stack
        headers = {"X-Vault-Token": keep(stack.layout.secrets / "openbao-root", str)}
        return _ok(
            requests.request(
                method, f"{stack.fact('vault_addr')}/v1/{path}", headers=headers, timeout=30, **options
            )
        )


def _ok(answer: requests.Response) -> requests.Response:
    if not answer.ok:
        raise StackError(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}")
    return answer
