"""Where one stack keeps its things, and what the caller's environment asks of it."""

import hashlib
import ipaddress
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from stack import ports

CHECKOUT = Path(__file__).resolve().parents[2]
BASES = {"up": ports.UP_BASE, "test": ports.TEST_BASE, "bench": ports.BENCH_BASE}
#: Folders of a stack that hold what no task may read: signing keys, members' files, messages. Tasks without a
#: container run on this machine as nobody, and pass through the stack's own folder to theirs.
PRIVATE = (
    "secrets",
    "processes",
    "keycloak",
    "consul",
    "openbao",
    "redis",
    "traefik",
    "files",
    "mail",
    "log",
    "run",
)
#: What `test` may take from outside (design 8.5).
TEST_ADDRESSES = frozenset({"NOMAD_ADDR"})
LOOPBACK = frozenset({"localhost", ""})


class StackError(Exception):
    """A sentence for the person at the terminal."""


def is_loopback(address: str) -> bool:
    """Whether an address (a URL, host:port or unix socket) stays on this machine."""
    host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    if host in LOOPBACK or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Layout:
    """One stack: its name, first port, folders and the caller's environment."""

    name: str
    base: int
    var: Path
    environment: Mapping[str, str] = field(repr=False, default_factory=dict)
    external: bool = False
    install_docker: bool = False

    @classmethod
    def of(cls, name: str, *, external: bool = False, install_docker: bool = False) -> "Layout":
        """Read the layout of `up` or `test` from the environment.

        PAILLASSE_VAR moves the folder, PAILLASSE_UP_PORTS and PAILLASSE_TEST_PORTS the block of ports.
        """
        environment = dict(os.environ)
        base = int(environment.get(f"PAILLASSE_{name.upper()}_PORTS", BASES[name]))
        var = Path(environment.get("PAILLASSE_VAR", CHECKOUT / "var")).absolute()
        return cls(name, base, var, environment, external, install_docker)

    @property
    def home(self) -> Path:
        """Everything of this stack alone."""
        return self.var / self.name

    @property
    def log(self) -> Path:
        """The parts' logs."""
        return self.home / "log"

    @property
    def records(self) -> Path:
        """Which processes this stack started."""
        return self.home / "run"

    @property
    def secrets(self) -> Path:
        """Tokens, passwords, keys: mode 0700, files 0600."""
        return self.home / "secrets"

    @property
    def parts(self) -> Path:
        """Downloaded programs, shared by all stacks of this checkout."""
        return self.var / "parts"

    @property
    def open(self) -> Path:
        """A folder that unprivileged users reach: in var, or beside the system's where var is walled off."""
        return self._reachable() / self.name

    @property
    def runtimes(self) -> Path:
        """Where exec runtimes' software stands, for the tasks' unprivileged user; shared by all stacks."""
        return self._reachable() / "runtimes"

    def port(self, name: str) -> int:
        """Port of one of this stack's listeners."""
        return ports.port(self.base, name)

    def url(self, name: str) -> str:
        """Loopback URL of one of this stack's listeners."""
        return f"http://127.0.0.1:{self.port(name)}"

    def given(self, variable: str) -> str:
        """Return an address that the caller's environment gives and this stack may use, or nothing."""
        address = self.environment.get(variable, "")
        if not address or (self.name == "test" and variable not in TEST_ADDRESSES):
            return ""
        if not is_loopback(address) and not (self.external or self.name == "test"):
            print(
                f"{variable} is set but not on this machine: left alone (--external would use it)",
                file=sys.stderr,
            )
            return ""
        return address

    def make_folders(self) -> None:
        """Create the stack's folders with their modes."""
        for folder in (self.home, self.parts, *(self.home / name for name in PRIVATE)):
            folder.mkdir(parents=True, exist_ok=True)
        for name in PRIVATE:
            (self.home / name).chmod(0o700)
        self.open.mkdir(parents=True, exist_ok=True)

    def _reachable(self) -> Path:
        if os.geteuid() != 0 or all(_open_to_all(folder) for folder in self.var.parents):
            return self.var
        digest = hashlib.sha256(str(self.var).encode()).hexdigest()[:8]
        return Path("/var/lib") / f"paillasse-{digest}"


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def program(name: str) -> str:
    """Return the path of a program on PATH, or nothing."""
    return shutil.which(name) or ""


def as_root(*command: str) -> list[str]:
    """Return the command as root runs it: itself, or through sudo. Raises StackError where neither can be."""
    if os.geteuid() == 0:
        return list(command)
    if not program("sudo"):
        raise StackError(f"needs root or sudo: {' '.join(command)}")
    return ["sudo", *command]


def run(*command: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a short command and return its output; raises StackError with its last words."""
    done = subprocess.run(command, cwd=cwd, env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-12:]
        raise StackError("\n".join([f"failed ({done.returncode}): {' '.join(command)}", *words]))
    return done.stdout
