"""Consul: services and their checks. ACLs on, default deny; each reader and writer has a token of its own."""

import json
import os
from http import HTTPStatus
from typing import Any, ClassVar

from stack.installing import debian_program
from stack.keeping import keep, write
from stack.layout import StackError, program, run
from stack.parts.base import Part, Row, http, try_http
from stack.rendering import render

#: Whose token may do what: deploy/consul/policies/<name>.hcl.
HOLDERS = ("agent", "traefik", "nomad", "portal")


class Consul(Part):
    """Consul 1.8 or later."""

    name = "consul"
    variable = "CONSUL_HTTP_ADDR"
    ports = ("consul", "consul-rpc", "consul-serf")
    deadline_s: ClassVar[float] = 45.0

    def provide(self) -> None:
        """Unpack Debian bullseye's package, the last suite that has it, where PATH has none."""
        if not self.given and not program("consul"):
            debian_program("consul", "bullseye", "usr/bin/consul", self.layout.parts / "consul")

    def start(self) -> None:
        """Start one server of its own datacenter."""
        folder = self.layout.home / "consul"
        folder.mkdir(exist_ok=True)
        settings = render(
            "consul/server.json",
            {
                "folder": folder / "data",
                "http_port": self.layout.port("consul"),
                "rpc_port": self.layout.port("consul-rpc"),
                "serf_port": self.layout.port("consul-serf"),
            },
        )
        conf = write(folder / "server.json", settings)
        if not self.stack.processes.get(self.name):
            command = [self._program(), "agent", f"-config-file={conf}"]
            self.stack.processes.start(self.name, command, env={"PATH": os.environ["PATH"]}, cwd=folder)

    def ready(self) -> bool:
        """Whether it has a leader, and that has made the ACLs ready: until then they answer 500."""
        if try_http("GET", f"{self._url()}/v1/status/leader").text in {"", '""'}:
            return False
        return (
            try_http("GET", f"{self._url()}/v1/acl/policies").status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        )

    def settle(self) -> None:
        """Bootstrap the ACLs once, then make policies and tokens; hand the agent its own."""
        self.stack.facts["consul_addr"] = self._url()
        if self.given:
            token = self.layout.environment.get("CONSUL_HTTP_TOKEN", "")
            for holder in (*HOLDERS, "management"):
                write(self.layout.secrets / f"consul-{holder}", token)
            return
        path = self.layout.secrets / "consul-management"
        if not path.exists():
            keep(path, lambda: str(http("PUT", f"{self._url()}/v1/acl/bootstrap").json()["SecretID"]))
        for holder in HOLDERS:
            self._make_token(holder)
        agent = keep(self.layout.secrets / "consul-agent")
        self._call("PUT", "/v1/agent/token/default", {"Token": agent})

    def row(self) -> Row:
        """Say the agent's own version."""
        version = self._call("GET", "/v1/agent/self", None)["Config"]["Version"]
        return Row("Consul", str(version), self.kind, self._url())

    def _make_token(self, holder: str) -> None:
        rules = {"Name": f"paillasse-{holder}", "Rules": render(f"consul/policies/{holder}.hcl", {})}
        known = {policy["Name"]: policy["ID"] for policy in self._call("GET", "/v1/acl/policies", None)}
        if rules["Name"] in known:
            policy = known[rules["Name"]]
            self._call("PUT", f"/v1/acl/policy/{policy}", {**rules, "ID": policy})
        else:
            policy = self._call("PUT", "/v1/acl/policy", rules)["ID"]
        wanted = {"Description": rules["Name"], "Policies": [{"ID": policy}]}
        keep(
            self.layout.secrets / f"consul-{holder}",
            lambda: str(self._call("PUT", "/v1/acl/token", wanted)["SecretID"]),
        )

    def _call(self, method: str, path: str, body: object) -> Any:
        token = {"X-Consul-Token": keep(self.layout.secrets / "consul-management", str)}
        data = None if body is None else json.dumps(body)
        text = http(method, f"{self._url()}{path}", token=token, data=data).text
        return json.loads(text) if text.strip() else None

    def _url(self) -> str:
        given = self.given if "://" in self.given else f"http://{self.given}"
        return given if self.given else self.layout.url("consul")

    def _program(self) -> str:
        found = program("consul") or str(self.layout.parts / "consul/usr/bin/consul")
        if "Consul v" not in run(found, "version"):
            raise StackError(f"{found} is not Consul")
        return found
