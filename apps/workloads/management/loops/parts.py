"""Whether each part of the platform answers, and which hosts Traefik serves for others."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import monotonic

import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from apps.cluster import services as cluster
from drivers.keycloak import KeycloakAccounts
from drivers.wiring import Opened
from kernel.errors import OutsideError, Unavailable

EVERY_S = 5.0
HOSTS_EVERY_S = 30.0  #: the list of all routers is long
NOBODY = "00000000-0000-4000-8000-000000000000"  #: a subject that no account has
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    """What came of asking a part."""

    reachable: bool
    version: str = ""
    detail: str = ""


class Parts:
    """Asks all parts at once: one that hangs does not hold up what is said of the others."""

    def __init__(self, opened: Opened, stop: threading.Event) -> None:
        self._stop = stop
        self._routes = opened.routes
        self._hosts_at = -HOSTS_EVERY_S
        self._checks: dict[str, Callable[[], str]] = {
            "nomad": opened.jobs.version,
            "vault": opened.secrets.version,
            "consul": opened.services.version,
            "traefik": opened.routes.version,
            "redis": _redis,
        }
        if opened.accounts is not None:
            self._checks["keycloak"] = partial(_keycloak, opened.accounts)

    def turn(self) -> None:
        """Ask all, write down what they said, wait."""
        with ThreadPoolExecutor(max_workers=len(self._checks), thread_name_prefix="part") as pool:
            asked = {part: pool.submit(_ask, check) for part, check in self._checks.items()}
            for part, future in asked.items():
                self._note(part, future.result())
        if monotonic() - self._hosts_at >= HOSTS_EVERY_S:
            self._note_hosts()
        self._stop.wait(EVERY_S)

    def _note(self, part: str, answer: Answer) -> None:
        changed = cluster.note_part(
            part=part,
            reachable=answer.reachable,
            now=timezone.now(),
            version=answer.version,
            detail=answer.detail,
        )
        if changed:
            log.warning("watcher.part_changed", part=part, reachable=answer.reachable, detail=answer.detail)

    def _note_hosts(self) -> None:
        """Keep what was known where Traefik does not answer: silence is no proof that a host is free."""
        try:
            served = self._routes.foreign_hosts(settings.APPS_DOMAIN)
        except OutsideError:
            return
        self._hosts_at = monotonic()
        cluster.note_hosts(served=served, now=timezone.now())


def _ask(check: Callable[[], str]) -> Answer:
    """A part that refuses the portal's right is there all the same; its detail says what to mend."""
    try:
        return Answer(reachable=True, version=check())
    except Unavailable as error:
        return Answer(reachable=False, detail=error.detail)
    except OutsideError as error:
        return Answer(reachable=True, detail=error.detail)
    except Exception as error:  # noqa: BLE001 - whatever a part does, the others are still told of
        return Answer(reachable=False, detail=f"{type(error).__name__}: {error}")


def _keycloak(accounts: KeycloakAccounts) -> str:
    """It has no version to tell; that it looks up an account is what the portal needs."""
    accounts.account(NOBODY)
    return ""


def _redis() -> str:
    cache.get("parts")
    return ""
