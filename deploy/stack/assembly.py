"""Which parts a stack has, in the order of the closing table."""

from stack.layout import Layout
from stack.parts.base import Part, Stack
from stack.parts.chromium import Chromium
from stack.parts.consul import Consul
from stack.parts.docker import Docker
from stack.parts.keycloak import Keycloak
from stack.parts.nomad import Nomad
from stack.parts.openbao import OpenBao
from stack.parts.portal import Portal
from stack.parts.postgres import Postgres
from stack.parts.redis import Redis
from stack.parts.runtimes import Runtimes
from stack.parts.traefik import Traefik
from stack.processes import Processes

#: Keycloak first: it takes longest.
INFRASTRUCTURE: tuple[type[Part], ...] = (
    Keycloak, Postgres, Redis, Consul, OpenBao, Traefik, Docker, Runtimes, Nomad,
)  # fmt: skip
TESTS_ONLY: tuple[type[Part], ...] = (Chromium,)


def open_stack(layout: Layout) -> Stack:
    """Return the shared state of a stack; its folders are made."""
    layout.make_folders()
    return Stack(layout, Processes(layout.records, layout.log))


def parts_of(stack: Stack, names: tuple[str, ...] = ()) -> list[Part]:
    """Return a stack's parts, or those named."""
    kinds = INFRASTRUCTURE + (TESTS_ONLY if stack.layout.name == "test" else ()) + (Portal,)
    return [kind(stack) for kind in kinds if not names or kind.name in names]
