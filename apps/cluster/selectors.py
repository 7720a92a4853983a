"""Reading what was last seen of the platform's parts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cluster.models import PartStatus, ServedHost

_STILL: dict[str, Promise] = {
    "nomad": _("Apps that run go on running; starts, stops and changes wait until it is back."),
    "vault": _("Apps that run go on running; new secrets wait until it is back."),
    "consul": _("Apps that run go on running; new addresses wait until it is back."),
    "traefik": _("Apps may not be reachable for the moment; their data is safe."),
    "keycloak": _("Those who are signed in stay signed in; nobody can sign in anew."),
    "redis": _("Everything goes on, a little slower."),
}
_WHAT: dict[str, Promise] = {
    "nomad": _("runs the apps"),
    "vault": _("keeps the secrets"),
    "consul": _("knows which apps are healthy"),
    "traefik": _("leads addresses to apps"),
    "keycloak": _("knows the lab's accounts"),
    "redis": _("carries messages between the portal's processes"),
}


@dataclass(frozen=True)
class Part:
    """A part of the platform, as last seen."""

    part: str
    reachable: bool
    since: datetime
    checked_at: datetime
    version: str
    detail: str

    @property
    def what(self) -> str:
        """What it is for."""
        return str(_WHAT.get(self.part, ""))

    @property
    def still_works(self) -> str:
        """What goes on without it."""
        return str(_STILL.get(self.part, ""))


def parts() -> list[Part]:
    """All parts, in the order of their names."""
    return [_part(row) for row in PartStatus.objects.order_by("part")]


def unreachable() -> list[Part]:
    """Those that do not answer."""
    return [_part(row) for row in PartStatus.objects.filter(reachable=False).order_by("part")]


def _part(row: PartStatus) -> Part:
    return Part(row.part, row.reachable, row.since, row.checked_at, row.version, row.detail)


def served_elsewhere(hosts: Collection[str]) -> frozenset[str]:
    """Those of these hosts that Traefik was last seen serving for somebody else."""
    return frozenset(ServedHost.objects.filter(host__in=hosts).values_list("host", flat=True))
