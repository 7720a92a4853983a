"""The canaries of a release that waits: let in, or given up. Raises Missing, Forbidden, Conflict."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.notices import services as notices
from apps.quotas import services as quotas
from apps.workloads.enums import Desired
from apps.workloads.models import App, Operation, Release
from apps.workloads.services import access, operations
from apps.workloads.services.declare import declare
from apps.workloads.services.rollouts import Rollout
from apps.workloads.services.telling import concerned
from apps.workloads.services.wake import wake
from kernel.actors import Actor, system
from kernel.errors import Conflict, Forbidden
from orchestration.specs import Resources

WAITING = "canary.waiting"
DEADLINE = system("deadline")
_AT_ONCE = 200


@transaction.atomic
def promote(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation | None:
    """Let the canaries in: the release goes on, and what it replaces ends. Returns the release's operation.

    It is wanted from now on; the worker tells Nomad, and again where the first time got lost.
    """
    app = _held_back(actor, app_id, if_generation, person)
    if app.observation.seen_generation != app.generation or app.observation.reason_code != WAITING:
        raise Conflict("canary.not_healthy")
    app.promoted_generation = app.generation
    app.save(update_fields=("promoted_generation",))
    wake(app.id)
    _tell(app, actor, "app.promoted", app.release)
    return Operation.objects.filter(app=app, generation=app.generation).order_by("created_at").last()


@transaction.atomic
def abort(
    *, actor: Actor, app_id: UUID, if_generation: int | None = None, person: Person | None = None
) -> Operation:
    """Give the canaries up: the release that serves is wanted again, as a release of its own number.

    Its copies were never touched, so none is replaced; and it takes no more of the quota than is held.
    """
    app = _held_back(actor, app_id, if_generation, person)
    given_up, serves = app.release, _serving(app)
    _tell(app, actor, "app.aborted", given_up)
    operation = declare(
        app=app,
        actor=actor,
        parameters=serves.parameters,
        resources=serves.resources,
        files=serves.files,
        template_version=serves.template_version,
        driver=serves.driver,
        rollout=Rollout(restores=serves.number),
    )
    amounts = Resources(**serves.resources).charge()
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=amounts)
    return operation


def ends_at(app: App) -> datetime:
    """When canaries are given up on which nobody has decided: CANARY_HOURS after they were asked for."""
    return app.desired_since + timedelta(hours=settings.CANARY_HOURS)


def end_late(*, now: datetime | None = None) -> int:
    """Give up those past their deadline, each in its own transaction; return how many."""
    asked = (now or timezone.now()) - timedelta(hours=settings.CANARY_HOURS)
    standing = App.objects.filter(
        desired=Desired.PRESENT, canary_generation=F("generation"), generation__gt=0
    )
    over = Q(promoted_generation=F("generation")) | Q(observation__generation=F("generation"))
    late = standing.filter(desired_since__lte=asked).exclude(over).order_by("desired_since")
    return sum(
        _end(app_id, generation) for app_id, generation in late.values_list("id", "generation")[:_AT_ONCE]
    )


@transaction.atomic
def _end(app_id: UUID, generation: int) -> bool:
    """Give one up, unless somebody was faster, and tell who released it."""
    app = App.objects.select_related("project", "release").get(id=app_id)
    try:
        abort(actor=DEADLINE, app_id=app_id, if_generation=generation)
    except Conflict:
        return False
    author = app.release.author_id if app.release else None
    notices.notify(
        kind="app.canary_over",
        recipients={author} if author else concerned(app),
        params={"app": app.label, "project": app.project.name},
        path=f"/apps/{app.id}/releases/",
    )
    return True


def _held_back(actor: Actor, app_id: UUID, if_generation: int | None, person: Person | None) -> App:
    """The locked app, whose canaries wait or are on their way."""
    if person is not None and actor.id != person.id:
        raise Forbidden
    app = access.locked(actor=actor, app_id=app_id, action="deploy", if_generation=if_generation)
    if app.desired != Desired.PRESENT or not waits(app):
        raise Conflict("canary.none")
    if app.promoted_generation == app.generation:
        raise Conflict("canary.promoted")
    return app


def waits(app: App) -> bool:
    """Whether canaries of the wanted release stand, or will, beside the release that serves."""
    seen = app.observation
    ended = seen.generation == app.generation and seen.seen_generation == app.generation
    return 0 < app.generation == app.canary_generation and not ended


def _serving(app: App) -> Release:
    """The release that was last seen to serve, else the one before."""
    wanted = app.release.number if app.release else 0
    older = app.releases.select_related("template_version").filter(number__lt=wanted)
    found = older.filter(number=app.observation.serves or 0).first() or older.order_by("-number").first()
    if found is None:
        raise Conflict("canary.none")
    return found


def _tell(app: App, actor: Actor, verb: str, release: Release | None) -> None:
    number = release.number if release else 0
    operations.tell(app=app, code=verb, actor=actor, number=number)
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        after={"release": number},
    )
