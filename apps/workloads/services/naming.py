"""Names and hosts: what may be asked for, what is free, what to take instead."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.utils import timezone

from apps.cluster import selectors as cluster
from apps.workloads.enums import Desired
from apps.workloads.models import App, FormerHost
from apps.workloads.specs import host_of
from kernel.errors import Refused
from kernel.names import SLUG_MAX, is_slug

#: Labels below the apps' domain that people would take for the lab's own pages.
RESERVED = frozenset({"www", "portal", "portail", "paillasse", "login", "auth", "sso", "admin", "api"})
LABEL_MAX = 100  #: characters of a display name
_SUGGESTIONS = 3
_TRIES = 50


@dataclass(frozen=True)
class Availability:
    """Whether a name can be had. `host` is the address that it would give."""

    free: bool
    suggestions: tuple[str, ...]
    host: str
    refusal: Refused | None = None  #: what whoever takes it nevertheless is told


def name_available(name: str) -> Availability:
    """Say whether a name is free now, and what is if it is not. Raises Refused for what is no name."""
    check_name(name)
    host = host_of(name)
    free = name not in RESERVED and not held({host})
    free = free and not cluster.served_elsewhere({host})
    if free:
        return Availability(free, (), host)
    return Availability(free, suggestions(name), host, taken(name))


def check_name(name: str) -> None:
    """Raise Refused("name.invalid") where the text cannot be the first label of a host."""
    if not is_slug(name):
        raise Refused("name.invalid", field="name", limit=SLUG_MAX)


def checked_label(label: str) -> str:
    """The display name without blanks around it. Raises Refused("app.label") for what is no line to read."""
    found = label.strip()
    if not found or len(found) > LABEL_MAX or not found.isprintable():
        raise Refused("app.label", field="label", limit=LABEL_MAX)
    return found


def taken(name: str) -> Refused:
    """The refusal of a name that is taken, with what is free; of one that a deleted app holds, until when."""
    free = ", ".join(suggestions(name))
    app = App.objects.filter(host=host_of(name), desired=Desired.ARCHIVED).first()
    if app is None or app.archived_until is None:
        return Refused("name.taken", field="name", name=name, suggestions=free)
    until = timezone.localdate(app.archived_until)
    told = {"name": name, "suggestions": free, "label": app.label, "until": until}
    return Refused("name.archived", field="name", **told)


def suggestions(name: str) -> tuple[str, ...]:
    """Up to three free names that begin like this one."""
    candidates = list(islice(_variants(name), _TRIES))
    hosts = {host_of(each): each for each in candidates}
    gone = held(hosts) | cluster.served_elsewhere(hosts)
    return tuple(each for host, each in hosts.items() if host not in gone)[:_SUGGESTIONS]


def held(hosts: Collection[str], besides: UUID | None = None) -> set[str]:
    """Those of these hosts that are the address of an app, but for one, or lead on to one."""
    found = App.objects.filter(host__in=hosts).values_list("id", "host")
    return {host for app_id, host in found if host and app_id != besides} | set(
        FormerHost.objects.filter(host__in=hosts).values_list("host", flat=True)
    )


def _variants(name: str) -> Iterator[str]:
    number = 2
    while True:
        ending = f"-{number}"
        yield name[: SLUG_MAX - len(ending)].rstrip("-") + ending
        number += 1
