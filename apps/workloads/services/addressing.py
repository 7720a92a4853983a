"""What an app is called: its display name, and the name in its address (ADR 0045).

Slug and outside names never change (design 1.6). Raises Missing, Forbidden, Conflict, and
Refused naming the field.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.cluster import selectors as cluster
from apps.workloads.enums import Desired, OperationKind
from apps.workloads.models import App, FormerHost, Operation
from apps.workloads.services import access, operations
from apps.workloads.services.acting import Asked, act
from apps.workloads.services.canaries import waits
from apps.workloads.services.naming import RESERVED, check_name, checked_label, held, taken
from apps.workloads.specs import host_of
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden

FORMER_MAX = 5  #: addresses that lead on to one app: nobody collects the lab's names


@transaction.atomic
def rename(
    *, actor: Actor, app_id: UUID, label: str, if_generation: int | None = None, person: Person | None = None
) -> App:
    """Change the display name alone: no release, nothing outside, and the generation stays."""
    if person is not None and actor.id != person.id:
        raise Forbidden
    app = access.locked(actor=actor, app_id=app_id, action="deploy", if_generation=if_generation)
    label = checked_label(label)
    before, app.label = app.label, label
    if before == label:
        return app
    app.save(update_fields=("label",))
    operations.tell(app=app, code="app.rename", actor=actor, before=before, after=label)
    _audit(actor, app, "app.rename", {"label": before}, {"label": label})
    return app


@transaction.atomic
def readdress(
    *, actor: Actor, app_id: UUID, name: str, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Give the app another name in its address; the old one leads there for ADDRESS_REDIRECT_DAYS.

    Raises Refused `name.invalid`, `name.taken`; Conflict `app.no_address`, `app.same_address`,
    `canary.first` while canaries wait, `app.former_addresses` where too many old ones lead here already.
    """
    check_name(name)
    host = host_of(name)

    def turn(app: App) -> Desired:
        old, was = app.host, app.name
        _check(app, name, host)
        try:
            with transaction.atomic():
                _take(app, name, host)
        except IntegrityError as error:
            raise taken(name) from error
        _audit(actor, app, "app.address", {"name": was, "host": old}, {"name": name, "host": host})
        return Desired(app.desired)

    return act(Asked(OperationKind.READDRESS, actor, app_id, if_generation, person), turn)


def free_former(*, now: datetime | None = None) -> int:
    """Old addresses lead on no more and may be had again; return how many."""
    found, _ = FormerHost.objects.filter(until__lte=now or timezone.now()).delete()
    return found


def _check(app: App, name: str, host: str) -> None:
    if not app.release or app.release.template_version.manifest["route"]["kind"] == "none":
        raise Conflict("app.no_address")
    if host == app.host:
        raise Conflict("app.same_address")
    if waits(app):  # what serves keeps its routers until canaries are let in: the new host would have none
        raise Conflict("canary.first")
    mine = app.former_hosts.exclude(host=host)
    if mine.count() >= FORMER_MAX:
        raise Conflict("app.former_addresses", limit=FORMER_MAX)
    if name in RESERVED or cluster.served_elsewhere({host}) or held({host}) - _own(app):
        raise taken(name)


def _own(app: App) -> set[str]:
    """Its own old addresses may become its address again."""
    return set(app.former_hosts.values_list("host", flat=True))


def _take(app: App, name: str, host: str) -> None:
    """Hold the new host, and keep the old one for a while; the database lets nobody else have either."""
    old = app.host
    app.former_hosts.filter(host=host).delete()
    app.name, app.host = name, host
    app.save(update_fields=("name", "host"))
    if old and settings.ADDRESS_REDIRECT_DAYS:
        until = timezone.now() + timedelta(days=settings.ADDRESS_REDIRECT_DAYS)
        FormerHost.objects.create(app=app, host=old, until=until)


def _audit(actor: Actor, app: App, verb: str, before: dict[str, object], after: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        before=before,
        after=after,
    )
