"""Nomad: an address, or the program on PATH as one agent, or solo, which stands in for it on one machine."""

import json
import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from stack import ports
from stack.keeping import keep, write
from stack.layout import CHECKOUT, StackError, as_root, program
from stack.names import CSI_PLUGIN, JWT_MOUNT
from stack.parts import agentconf
from stack.parts.base import Part, Row, http, try_http
from stack.parts.docker import DEFAULT_HOST
from stack.parts.openbao import OpenBao
from stack.parts.runtimes import SYSTEM_PYTHON
from stack.rendering import render
from stack.rights import HOLDERS, policy, solo_tokens
from stack.waiting import wait_until

TASK_USER = "nobody"
DRAIN_GRACE_S = 60.0  # an agent ends its tasks before itself (drain_on_shutdown in agent.hcl)


def plugin(kind: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the portal is told of CSI: solo's directories, or what the caller says of a Nomad."""
    if kind == "stand-in":
        return {"csi_plugin": CSI_PLUGIN}
    named = {"csi_plugin": "CSI_PLUGIN_ID", "csi_parameters": "CSI_PARAMETERS"}
    return {fact: environment[name] for fact, name in named.items() if environment.get(name)}


class Nomad(Part):
    """Nomad 2.0.4 or later, or solo."""

    name = "nomad"
    variable = "NOMAD_ADDR"
    needs = ("consul", "openbao", "docker", "runtimes")
    ports = ("nomad",)
    deadline_s: ClassVar[float] = 60.0

    def provide(self) -> None:
        """Leave a given Nomad that stands on another Consul or Vault to the contract suite (design 8.5)."""
        if self.given and self.layout.name == "test" and not self._stands_on_ours():
            print(
                f"  {self.given} has a Consul or Vault of its own: the contract suite alone asks it",
                flush=True,
            )
            self.stack.facts["contract_nomad"] = self.given
            self.given = ""

    def start(self) -> None:
        """Start the agent or solo."""
        if self.stack.processes.get(self.name):
            return
        start = self._start_agent if self._program() else self._start_solo
        start()

    def ready(self) -> bool:
        """Whether it has a leader."""
        answer = try_http("GET", f"{self._url()}/v1/status/leader")
        return answer.ok and answer.text.strip() not in {"", '""'}

    def settle(self) -> None:
        """ACL, namespace, a token for each process; OpenBao believes its identities from now on."""
        self.stack.facts |= {"nomad_addr": self._url(), "nomad_namespace": self._namespace()}
        self.stack.facts["nomad_kind"] = self._kind()
        if self.given or self._program():
            self._tokens()
        wait_until(self._node_ready, why="no Nomad node is ready", deadline_s=self.deadline_s, step_s=0.5)
        if not self.given:
            self._take_tasks_again()
        self.stack.facts |= plugin(self._kind(), self.layout.environment)
        self.stack.facts["allowed_drivers"] = self._drivers()
        if not self.layout.external:
            OpenBao(self.stack).trust(f"{self._url()}/.well-known/jwks.json")

    def row(self) -> Row:
        """Say its version; solo says itself that it is no Nomad."""
        version = self._call("GET", "agent/self")["config"]["Version"]["Version"]
        stands_in = self._kind() == "stand-in"
        return Row(
            "Nomad" + (" (solo)" if stands_in else ""),
            str(version),
            "stand-in" if stands_in else self.kind,
            self._url(),
        )

    def _stands_on_ours(self) -> bool:
        token = {"X-Nomad-Token": self.layout.environment.get("NOMAD_TOKEN", "")}
        config = http("GET", f"{self._url()}/v1/agent/self", token=token).json()["config"]
        return agentconf.stands_on(config, consul=self.layout.url("consul"), vault=self.layout.url("vault"))

    def _start_solo(self) -> None:
        secrets = self.layout.secrets
        management = keep(secrets / "nomad-management", lambda: str(uuid.uuid4()))
        tokens = {name: keep(secrets / f"nomad-{name}", lambda: str(uuid.uuid4())) for name in HOLDERS}
        listed = write(
            secrets / "solo-tokens.json", json.dumps(solo_tokens(tokens, self._namespace()), indent=1)
        )
        low, high = ports.dynamic(self.layout.base)
        options = {
            "bind": f"127.0.0.1:{self.layout.port('nomad')}",
            "data-dir": self.layout.open / "solo",
            "token-file": write(secrets / "nomad-management", management),
            "tokens-file": listed,
            "consul-addr": self.stack.fact("consul_addr"),
            "consul-token-file": secrets / "consul-nomad",
            "vault-addr": self.stack.fact("vault_addr"),
            "vault-jwt-mount": JWT_MOUNT,
            "namespaces": self._namespace(),
            "datacenter": "lab",
            "run-as-user": TASK_USER,
            "ports": f"{low}-{high}",
            "csi-plugin": CSI_PLUGIN,
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "platform")}
        if docker := self.stack.facts.get("docker_host"):
            environment["DOCKER_HOST"] = docker
        (self.layout.open / "solo").mkdir(mode=0o711, exist_ok=True)
        self.stack.processes.start(
            self.name, [sys.executable, "-m", "solo", *flags], env=environment, cwd=CHECKOUT
        )

    def _start_agent(self) -> None:
        folder = self.layout.open / "nomad"
        folder.mkdir(exist_ok=True)
        low, high = ports.dynamic(self.layout.base)
        values = {
            "folder": folder / "data",
            "http_port": self.layout.port("nomad"),
            "rpc_port": self.layout.port("nomad-rpc"),
            "serf_port": self.layout.port("nomad-serf"),
            "port_low": low,
            "port_high": high,
            "runtime_names": agentconf.runtime_names(self.layout.runtimes),
            "chroot": agentconf.block(agentconf.chroot(self.layout.runtimes, Path(SYSTEM_PYTHON))),
            "docker_endpoint": self.stack.facts.get("docker_host", DEFAULT_HOST),
            "raw_exec": json.dumps(self.layout.name == "test"),
            "consul_address": urlsplit(self.stack.fact("consul_addr")).netloc,
            "consul_token": keep(self.layout.secrets / "consul-nomad", str),
            "vault_addr": self.stack.fact("vault_addr"),
            "jwt_mount": JWT_MOUNT,
        }
        conf = write(folder / "agent.hcl", render("nomad/agent.hcl", values))
        command = as_root(self._program(), "agent", f"-config={conf}")  # its drivers need root
        self.stack.processes.start(self.name, command, env=os.environ, cwd=folder, grace_s=DRAIN_GRACE_S)

    def _tokens(self) -> None:
        management = self.layout.secrets / "nomad-management"
        if self.given:
            write(management, self.layout.environment.get("NOMAD_TOKEN", ""))
        else:
            # Kept before it is used, so that a death in between loses no right; once used it is refused.
            secret = keep(management, lambda: str(uuid.uuid4()))
            try_http("POST", f"{self._url()}/v1/acl/bootstrap", json={"BootstrapSecret": secret})
        namespace = self._namespace()
        self._call(
            "POST",
            f"namespace/{namespace}",
            json.loads(render("nomad/namespace.json", {"namespace": namespace})),
        )
        if not self._acls_on():
            for process in HOLDERS:
                write(self.layout.secrets / f"nomad-{process}", "")
            return
        for name in {policy_name for names in HOLDERS.values() for policy_name in names}:
            rules = {"Name": f"{namespace}-{name}", "Rules": policy(name, namespace)}
            self._call("POST", f"acl/policy/{rules['Name']}", rules)
        for process, names in HOLDERS.items():
            path = self.layout.secrets / f"nomad-{process}"
            if not self._known(path):
                policies = [f"{namespace}-{name}" for name in names]
                wanted = {"Name": f"paillasse {process}", "Type": "client", "Policies": policies}
                write(path, str(self._call("POST", "acl/token", wanted)["SecretID"]))

    def _known(self, path: Path) -> bool:
        """Whether the token in this file is one of this Nomad's; without any it speaks to the anonymous."""
        token = path.read_text().strip() if path.exists() else ""
        found = try_http("GET", f"{self._url()}/v1/acl/token/self", token={"X-Nomad-Token": token})
        return bool(token) and found.ok

    def _acls_on(self) -> bool:
        return bool(self._call("GET", "agent/self")["config"].get("ACL", {}).get("Enabled"))

    def _node_ready(self) -> bool:
        return any(node["Status"] == "ready" for node in self._call("GET", "nodes"))

    def _take_tasks_again(self) -> None:
        """Our agent drains its node when it stops, and the node comes back as it left: without a task."""
        for node in self._call("GET", "nodes"):
            if node["SchedulingEligibility"] == "ineligible":
                self._call("PUT", f"node/{node['ID']}/eligibility", {"Eligibility": "eligible"})

    def _kind(self) -> str:
        return "real" if self.given or self._program() else "stand-in"

    def _drivers(self) -> str:
        """Docker where there is one; exec where a node's meta says that it has the runtimes' software."""
        if self._kind() == "stand-in":
            docker = ["docker"] if self.stack.facts.get("docker_host") else []
            return ",".join([*docker, "raw_exec"])
        nodes = [self._call("GET", f"node/{node['ID']}") for node in self._call("GET", "nodes")]
        healthy = {name for node in nodes for name, driver in node["Drivers"].items() if driver["Healthy"]}
        software = any((node["Meta"] or {}).get("paillasse_runtimes") for node in nodes)
        wanted = ["docker", *(["exec"] if software else [])]
        return ",".join(name for name in wanted if name in healthy)

    def _namespace(self) -> str:
        return "paillasse" if self.layout.name == "up" else f"paillasse-{self.layout.name}"

    def _call(self, method: str, path: str, body: object = None) -> Any:
        token = {"X-Nomad-Token": keep(self.layout.secrets / "nomad-management", str)}
        text = http(method, f"{self._url()}/v1/{path}", token=token, json=body).text
        return json.loads(text) if text.strip() else None

    def _program(self) -> str:
        return "" if self.given else program("nomad")

    def _url(self) -> str:
        address = self.given.rstrip("/") or self.layout.url("nomad")
        if "://" not in address:
            raise StackError(f"NOMAD_ADDR: http://... or https://..., not {address}")
        return address
