"""Starts solo for the suite, and finds a real Nomad by CONTRACT_NOMAD_ADDR."""

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.contract.nomad.examples import RIGHTS
from tests.contract.nomad.target import Target
from tests.waiting import wait_for

_PLATFORM = Path(__file__).resolve().parents[3] / "platform"
NAMESPACE = "contract"
REAL = os.environ.get("CONTRACT_NOMAD_ADDR", "")
TARGETS = ["solo", *(["nomad"] if REAL else [])]
#: Who refuses: a Nomad whose ACLs are off, and for which therefore no token is given, lets everybody in.
GUARDED = TARGETS if os.environ.get("CONTRACT_NOMAD_TOKEN") else ["solo"]
WIDTH = 150  # dynamic ports of one solo


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Solo:
    """One solo in a directory of its own; it may be stopped and started again."""

    def __init__(self, folder: Path, *, consul: str = "", vault: str = "", consul_token: str = "") -> None:
        folder.chmod(0o711)
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = str(uuid.uuid4())
        self._secrets = {rights: str(uuid.uuid4()) for rights in RIGHTS}
        self._process: subprocess.Popen[bytes] | None = None
        low = random.randrange(33_000, 60_000, WIDTH)
        self.mount = f"jwt-contract-{self.port}"
        self._options = {
            "bind": f"127.0.0.1:{self.port}",
            "data-dir": str(folder / "data"),
            "token-file": self._write("token", self.token),
            "tokens-file": str(folder / "tokens.json"),
            "consul-addr": consul,
            "consul-token-file": self._write("consul-token", consul_token) if consul_token else "",
            "vault-addr": vault,
            "vault-jwt-mount": self.mount,
            "namespaces": NAMESPACE,
            "region": "global",
            "datacenter": "dc1",
            "ports": f"{low}-{low + WIDTH - 1}",
            "drivers": "docker,raw_exec,exec",
        }

    def _write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return str(path)

    def rights(self, capabilities: list[str]) -> str:
        """The token that holds these. Raises KeyError for rights that are not in RIGHTS."""
        return self._secrets[tuple(capabilities)]

    def _known(self) -> str:
        """Solo's tokens file."""
        return json.dumps(
            {
                secret: {"name": "-".join(rights), "capabilities": rights, "namespaces": [NAMESPACE]}
                for rights, secret in self._secrets.items()
            }
        )

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._write("tokens.json", self._known())
        flags = [f"--{name}={value}" for name, value in self._options.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "solo", *flags],
                env={**os.environ, "PYTHONPATH": str(_PLATFORM)},
                stdout=log,
                stderr=log,
            )
        wait_for(self._answers, 30, f"solo answers; it said: {self.log()}")

    def _answers(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/v1/agent/health", timeout=2).ok
        return False

    def stop(self, *, hard: bool = False) -> None:
        """Stop it; its tasks go on."""
        if self._process is not None:
            if hard:
                self._process.kill()
            else:
                self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None

    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def target(self) -> Target:
        """As the suite asks it."""
        return Target("solo", self.url, self.token, NAMESPACE, self.rights, self.log)


@contextlib.contextmanager
def solo(folder: Path, **options: str) -> Iterator[Solo]:
    """A solo that is gone at the end, with all that it ran."""
    server = Solo(folder, **options)
    server.start()
    try:
        yield server
    finally:
        target = server.target()
        for job in target.get("/v1/jobs"):
            target.purge(job["ID"])
        server.stop()


def real(address: str) -> Target:
    """The Nomad at an address; CONTRACT_NOMAD_TOKEN holds its management token (none: ACLs off)."""
    token = os.environ.get("CONTRACT_NOMAD_TOKEN", "")
    target = Target("nomad", address.rstrip("/"), token, NAMESPACE, lambda _: token)
    target.send("POST", f"/v1/namespace/{NAMESPACE}", {"Name": NAMESPACE}, namespace="default")
    target.rights = lambda capabilities: _token(target, capabilities)
    return target


_BLOCKS = {f"{each}-read": f'{each} {{ policy = "read" }}' for each in ("node", "agent", "plugin")}


def _token(target: Target, capabilities: list[str]) -> str:
    """A client token with a policy of its own."""
    name = f"contract-{uuid.uuid4().hex[:8]}"
    listed = json.dumps([c for c in capabilities if c not in _BLOCKS])
    rules = f'namespace "{NAMESPACE}" {{ capabilities = {listed} }}\n'
    rules += "\n".join(block for word, block in _BLOCKS.items() if word in capabilities)
    target.send("POST", f"/v1/acl/policy/{name}", {"Name": name, "Rules": rules})
    made = target.send("POST", "/v1/acl/token", {"Name": name, "Type": "client", "Policies": [name]})
    return str(made["SecretID"])
