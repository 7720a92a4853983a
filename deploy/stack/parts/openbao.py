"""OpenBao: secrets, the login of workloads, and the certificate of the apps' domain."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from cryptography import x509

from stack import labdata
from stack.keeping import keep, write
from stack.layout import StackError
from stack.names import APPS_DOMAIN, DATABASE_MOUNT, DATABASE_ROLE, JWT_MOUNT, KV_MOUNT, PORTAL_HOST
from stack.parts.base import Part, Row, http, try_http
from stack.rendering import render
from stack.venvs import stack_program
from stack.waiting import wait_until

#: AppRole of each portal process: which of deploy/openbao/policies it holds (design 8.2).
APP_ROLES = {
    "web": ("web", "reveal"),
    "worker": ("worker", "purge"),
    "purge": ("purge",),
}
CERTIFICATE_LIFE = timedelta(days=90)
RENEW_BEFORE = timedelta(days=14)
NOT_FOUND = 404


class OpenBao(Part):
    """OpenBao 2.7, or Vault by VAULT_ADDR."""

    name = "openbao"
    variable = "VAULT_ADDR"
    needs = ("postgres",)  # where its database engine makes logins
    ports = ("vault", "vault-cluster")
    deadline_s: ClassVar[float] = 30.0

    def start(self) -> None:
        """Start one server with raft storage."""
        folder = self.layout.home / "openbao"
        (folder / "data").mkdir(parents=True, exist_ok=True)
        values = {
            "folder": folder / "data",
            "port": self.layout.port("vault"),
            "cluster_port": self.layout.port("vault-cluster"),
        }
        conf = write(folder / "server.hcl", render("openbao/server.hcl", values))
        if not self.stack.processes.get(self.name):
            command = [stack_program("bao"), "server", f"-config={conf}"]
            self.stack.processes.start(self.name, command, env={"PATH": os.environ["PATH"]}, cwd=folder)

    def ready(self) -> bool:
        """Whether it says how it stands, sealed or not."""
        return try_http("GET", f"{self._url()}/v1/sys/seal-status").ok

    def settle(self) -> None:
        """Initialise, unseal; mounts, policies, roles, certificate."""
        self.stack.facts["vault_addr"] = self._url()
        if self.given:
            self._take_given()
        else:
            self._unseal()
        if not self.layout.external or not self.given:
            self._mounts()
            self._app_roles()
            self._certificate()
            self._database()

    def trust(self, jwks_url: str) -> None:
        """Let the JWT mount believe Nomad's (or solo's) workload identities."""
        body = {"jwks_url": jwks_url, "jwt_supported_algs": ["RS256", "EdDSA"]}
        known = self._call("GET", f"auth/{JWT_MOUNT}/config", missing_ok=True)
        if known.get("data", {}).get("jwks_url") != jwks_url:
            self._call("POST", f"auth/{JWT_MOUNT}/config", body)

    def row(self) -> Row:
        """Say the server's own version."""
        status = http("GET", f"{self._url()}/v1/sys/seal-status").json()
        return Row("OpenBao", str(status["version"]), self.kind, self._url())

    def _take_given(self) -> None:
        token = self.layout.environment.get("VAULT_TOKEN", "")
        if not token:
            raise StackError("VAULT_ADDR is given without VAULT_TOKEN")
        write(self.layout.secrets / "openbao-root", token)

    def _unseal(self) -> None:
        keys = self.layout.secrets / "openbao-keys.json"
        status = http("GET", f"{self._url()}/v1/sys/seal-status").json()
        if not status["initialized"]:
            shares = {"secret_shares": 1, "secret_threshold": 1}
            write(keys, http("PUT", f"{self._url()}/v1/sys/init", json=shares).text)
        known = json.loads(keys.read_text())
        write(self.layout.secrets / "openbao-root", known["root_token"])
        if status["sealed"]:
            http("PUT", f"{self._url()}/v1/sys/unseal", json={"key": known["keys_base64"][0]})
        wait_until(self._active, why="OpenBao stays sealed or standby", deadline_s=self.deadline_s)

    def _active(self) -> bool:
        return try_http("GET", f"{self._url()}/v1/sys/health").ok  # 200 only when unsealed and active

    def _mounts(self) -> None:
        mounts = self._call("GET", "sys/mounts")["data"]
        auth = self._call("GET", "sys/auth")["data"]
        if f"{KV_MOUNT}/" not in mounts:
            self._call("POST", f"sys/mounts/{KV_MOUNT}", {"type": "kv", "options": {"version": "2"}})
        if "pki/" not in mounts:
            self._call("POST", "sys/mounts/pki", {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
            root = {"common_name": f"Paillasse {self.layout.name} CA", "ttl": "87600h", "key_type": "ec"}
            self._call("POST", "pki/root/generate/internal", root)
        if "approle/" not in auth:
            self._call("POST", "sys/auth/approle", {"type": "approle"})
        if f"{JWT_MOUNT}/" not in auth:
            self._call("POST", f"sys/auth/{JWT_MOUNT}", {"type": "jwt"})

    def _database(self) -> None:
        """Offer a database to apps, where PostgreSQL is this stack's own."""
        port = self.stack.facts.get("labdata_port")
        if port:
            mounts = self._call("GET", "sys/mounts")["data"]
            password = keep(self.layout.secrets / "postgres-openbao", str)
            labdata.offer(self._call, mounts, int(port), password)
            self.stack.facts |= {
                "database_mount": DATABASE_MOUNT,
                "database_roles": DATABASE_ROLE,
                "database_host": "127.0.0.1",
                "database_port": port,
                "database_name": labdata.DATABASE,
            }

    def _app_roles(self) -> None:
        values = {"kv_mount": KV_MOUNT, "jwt_mount": JWT_MOUNT}
        for name in {policy for policies in APP_ROLES.values() for policy in policies}:
            text = render(f"openbao/policies/{name}.hcl", values)
            self._call("PUT", f"sys/policies/acl/paillasse-{name}", {"policy": text})
        for process, policies in self._holders().items():
            # Renewed for ever by the process; a lost secret id is replaced by the next `up`.
            role = {"token_policies": [f"paillasse-{name}" for name in policies], "token_period": "1h"}
            self._call("POST", f"auth/approle/role/paillasse-{process}", role)
            self._keep_ids(process)

    def _holders(self) -> dict[str, tuple[str, ...]]:
        # The contract suite asks one driver for all that the port promises: no process may do all that.
        everything = ("web", "reveal", "worker", "purge")
        return APP_ROLES if self.layout.name == "up" else {**APP_ROLES, "contract": everything}

    def _keep_ids(self, process: str) -> None:
        path = f"auth/approle/role/paillasse-{process}"
        role_id = self._call("GET", f"{path}/role-id")["data"]["role_id"]
        write(self.layout.secrets / f"vault-{process}-role-id", str(role_id))
        keep(
            self.layout.secrets / f"vault-{process}-secret-id",
            lambda: str(self._call("POST", f"{path}/secret-id", {})["data"]["secret_id"]),
        )

    def _certificate(self) -> None:
        ca, chain = self.layout.home / "ca.pem", self.layout.secrets / "apps.crt"
        if chain.exists() and expiry(chain) - datetime.now(UTC) > RENEW_BEFORE:
            return
        hours = int(CERTIFICATE_LIFE.total_seconds() // 3600)
        role = {
            "allowed_domains": [APPS_DOMAIN, PORTAL_HOST],
            "allow_bare_domains": True,
            "allow_subdomains": True,
            "allow_wildcard_certificates": True,
            "key_type": "ec",
            "max_ttl": f"{hours}h",
        }
        self._call("POST", "pki/roles/apps", role)
        names = {"common_name": f"*.{APPS_DOMAIN}", "alt_names": PORTAL_HOST, "ttl": f"{hours}h"}
        issued = self._call("POST", "pki/issue/apps", names)["data"]
        write(ca, f"{issued['issuing_ca']}\n", 0o644)
        write(self.layout.secrets / "apps.key", f"{issued['private_key']}\n")
        write(chain, f"{issued['certificate']}\n{issued['issuing_ca']}\n")

    def _call(
        self, method: str, path: str, body: object = None, *, missing_ok: bool = False
    ) -> dict[str, Any]:
        token = {"X-Vault-Token": keep(self.layout.secrets / "openbao-root", str)}
        answer = try_http(method, f"{self._url()}/v1/{path}", token=token, json=body)
        if missing_ok and answer.status_code == NOT_FOUND:
            return {}
        if not answer.ok:
            raise StackError(f"OpenBao {method} {path}: {answer.status_code} {answer.text[:400]}")
        found: dict[str, Any] = answer.json() if answer.text else {}
        return found

    def _url(self) -> str:
        return self.given.rstrip("/") or self.layout.url("vault")


def expiry(certificate: Path) -> datetime:
    """When the first certificate of a file ends."""
    return x509.load_pem_x509_certificates(certificate.read_bytes())[0].not_valid_after_utc
