"""The shape of a part: find it, provide it, start it, wait until it answers, settle it, say where it is."""

import abc
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import requests

from stack.layout import Layout, StackError
from stack.processes import Processes
from stack.waiting import wait_until

TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Row:
    """A line of the closing table."""

    part: str
    version: str
    kind: str  #: real, stand-in, given, none
    where: str


@dataclass
class Stack:
    """What the parts share: the layout, the processes, and what the parts tell each other."""

    layout: Layout
    processes: Processes
    facts: dict[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> str:
        """Return what another part told; raises StackError where it has not run."""
        if name not in self.facts:
            raise StackError(f"nothing said {name}: was its part left out?")
        return self.facts[name]


class Part(abc.ABC):
    """One part. A part whose address is given in the environment is neither provided nor started."""

    name: ClassVar[str]
    variable: ClassVar[str] = ""  #: the environment variable that may give its address
    needs: ClassVar[tuple[str, ...]] = ()
    ports: ClassVar[tuple[str, ...]] = ()  #: where it will listen (names of stack.ports)
    deadline_s: ClassVar[float] = 60.0

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.layout = stack.layout
        self.given = stack.layout.given(self.variable) if self.variable else ""

    def packages(self) -> list[str]:
        """Debian packages that this part needs and the machine lacks."""
        return []

    def provide(self) -> None:  # noqa: B027 - most parts need none
        """Get the program by its ordinary client, where neither address nor PATH has it."""

    @abc.abstractmethod
    def start(self) -> None:
        """Start it, unless it runs."""

    @abc.abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    def settle(self) -> None:  # noqa: B027 - most parts need none
        """Configure it once it answers: idempotent."""

    @abc.abstractmethod
    def row(self) -> Row:
        """Say version, kind and address."""

    def bring_up(self) -> None:
        """Start, wait, settle."""
        if not self.given:
            if not self.alive():
                self._ports_free()
            self.start()
        wait_until(
            self._answers,
            why=f"{self.name} does not answer",
            deadline_s=self.deadline_s,
            alive=self.alive,
        )
        self.settle()

    def alive(self) -> bool:
        """Whether waiting still makes sense."""
        return bool(self.given) or self.stack.processes.get(self.name) is not None

    @property
    def kind(self) -> str:
        """Whose it is."""
        return "given" if self.given else "real"

    def _ports_free(self) -> None:
        """Raise StackError where somebody else listens already: we would speak to a stranger."""
        taken = [str(self.layout.port(name)) for name in self.ports if listens(self.layout.port(name))]
        if taken:
            raise StackError(
                f"port {', '.join(taken)} is taken by another program; "
                f"PAILLASSE_{self.layout.name.upper()}_PORTS moves the whole block"
            )

    def _answers(self) -> bool:
        try:
            return self.ready()
        except (requests.RequestException, OSError):
            return False


def listens(port: int) -> bool:
    """Whether anything on this machine listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def http(
    method: str, url: str, *, token: dict[str, str] | None = None, **options: object
) -> requests.Response:
    """Speak to a part on loopback, without proxies; raises StackError where it refuses."""
    answer = try_http(method, url, token=token, **options)
    if not answer.ok:
        raise StackError(f"{method} {url}: {answer.status_code} {answer.text[:400]}")
    return answer


def try_http(
    method: str, url: str, *, token: dict[str, str] | None = None, **options: object
) -> requests.Response:
    """Speak to a part and return whatever it answers."""
    with requests.Session() as session:
        session.trust_env = False
        call: Callable[..., requests.Response] = session.request
        return call(method, url, headers=token or {}, timeout=TIMEOUT_S, **options)
