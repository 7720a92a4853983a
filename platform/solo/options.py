"""What solo is told at its start: command line, or environment variables of the same names with SOLO_."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Everything that solo is told. Ports are TCP ports; addresses are of this machine."""

    bind: str
    data_dir: Path
    token_file: Path | None
    tokens_file: Path | None
    consul_addr: str
    consul_token_file: Path | None
    vault_addr: str
    vault_jwt_mount: str
    namespaces: tuple[str, ...]
    region: str
    datacenter: str
    node_name: str
    run_as_user: str
    drivers: tuple[str, ...]
    csi_plugin: str
    advertise: str
    ports: tuple[int, int]  #: range of dynamic ports, both ends included
    cpu_mhz: int  #: 0: what the machine has
    memory_mib: int  #: 0: what the machine has

    @property
    def host_port(self) -> tuple[str, int]:
        """Where to listen."""
        host, _, port = self.bind.rpartition(":")
        return host or "127.0.0.1", int(port)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _ports(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _path(text: str) -> Path | None:
    return Path(text) if text else None


_OPTIONS: tuple[tuple[str, str, str], ...] = (
    ("bind", "127.0.0.1:4646", "where to listen"),
    ("data-dir", "solo-data", "where state, allocations and volumes are kept"),
    ("token-file", "", "file holding the management token"),
    ("tokens-file", "", "JSON file: token -> capabilities (see solo.acl)"),
    ("consul-addr", "127.0.0.1:8500", "Consul's HTTP address; empty: no Consul"),
    ("consul-token-file", "", "file holding the token for Consul"),
    ("vault-addr", "", "OpenBao's or Vault's address; empty: none"),
    ("vault-jwt-mount", "jwt-nomad", "JWT auth mount that trusts this server's keys"),
    ("namespaces", "", "namespaces to make, comma separated"),
    ("region", "global", "region"),
    ("datacenter", "dc1", "datacenter of the one node"),
    ("node-name", os.uname().nodename, "name of the one node"),
    ("run-as-user", "nobody", "user of process tasks when solo runs as root"),
    ("drivers", "docker,raw_exec,exec", "task drivers to offer; docker only where an engine answers"),
    ("csi-plugin", "", "id of a CSI plugin to answer for, its volumes being directories here; empty: none"),
    ("advertise", "127.0.0.1", "address of services and of tasks' ports"),
    ("ports", "20000-32000", "range of dynamic ports"),
    ("cpu-mhz", "0", "MHz to offer; 0: what the machine has"),
    ("memory-mib", "0", "MiB to offer; 0: what the machine has"),
)


def parse(argv: Sequence[str] | None = None) -> Options:
    """Options from the command line, else the environment, else the defaults. Exits on nonsense."""
    parser = argparse.ArgumentParser(prog="solo", description="a stand-in for Nomad on one machine")
    for name, default, text in _OPTIONS:
        env = "SOLO_" + name.replace("-", "_").upper()
        parser.add_argument(f"--{name}", default=os.environ.get(env, default), help=f"{text} [{env}]")
    raw = vars(parser.parse_args(argv))
    return Options(
        bind=raw["bind"],
        data_dir=Path(raw["data_dir"]).resolve(),
        token_file=_path(raw["token_file"]),
        tokens_file=_path(raw["tokens_file"]),
        consul_addr=_url(raw["consul_addr"]),
        consul_token_file=_path(raw["consul_token_file"]),
        vault_addr=_url(raw["vault_addr"]),
        vault_jwt_mount=raw["vault_jwt_mount"].strip("/"),
        namespaces=_list(raw["namespaces"]),
        region=raw["region"],
        datacenter=raw["datacenter"],
        node_name=raw["node_name"],
        run_as_user=raw["run_as_user"],
        drivers=_list(raw["drivers"]),
        csi_plugin=raw["csi_plugin"],
        advertise=raw["advertise"],
        ports=_ports(raw["ports"]),
        cpu_mhz=int(raw["cpu_mhz"]),
        memory_mib=int(raw["memory_mib"]),
    )


def _url(text: str) -> str:
    return text if not text or "://" in text else f"http://{text}"
