"""An app that is asked for: its identity, name and host are held, nothing is charged."""

from datetime import date
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.catalogue.models import TemplateVersion
from apps.cluster import selectors as cluster
from apps.projects import services as projects
from apps.projects.models import Project
from apps.workloads.enums import Desired, HandoverOutcome, OperationKind, OperationState
from apps.workloads.models import App, Claim, Observation, Operation
from apps.workloads.services import operations, volumes
from apps.workloads.services.naming import RESERVED, check_name, checked_label, held, taken
from apps.workloads.specs import host_of
from kernel.actors import Actor
from kernel.errors import Conflict, Refused
from kernel.names import full_slug
from orchestration.states import ObservedState

_DRAWS = 5


def new_app(
    *,
    person: Person,
    project: Project,
    template_version: TemplateVersion,
    name: str,
    label: str = "",
    ends_on: date | None = None,
) -> App:
    """An app that is not saved yet. Raises Refused for names that cannot be had, or a day that is over."""
    _check_free(name)
    _check_end(ends_on)
    label = checked_label(label) if label.strip() else name
    app_id = uuid4()
    return App(
        id=app_id,
        project=project,
        template=template_version.template,
        name=name,
        label=label,
        slug=full_slug(project.slug, name, app_id),
        host=host_of(name),
        requester=person,
        ends_on=ends_on,
    )


def _check_free(name: str) -> None:
    check_name(name)
    if name in RESERVED or cluster.served_elsewhere({host_of(name)}):
        raise taken(name)


def _check_end(ends_on: date | None) -> None:
    if ends_on is not None and ends_on <= timezone.localdate():
        raise Refused("app.ends_in_past", field="ends_on")


@transaction.atomic
def draft_app(
    *,
    actor: Actor,
    person: Person,
    project: Project,
    template_version: TemplateVersion,
    name: str,
    label: str = "",
    ends_on: date | None = None,
) -> App:
    """Make and hold an app in one go. Raises Refused, `name.taken` with what is free among it."""
    app = new_app(
        person=person,
        project=project,
        template_version=template_version,
        name=name,
        label=label,
        ends_on=ends_on,
    )
    hold(actor=actor, app=app)
    return app


@transaction.atomic(savepoint=False)  # whoever calls it gives up all of it with this
def hold(*, actor: Actor, app: App) -> Operation:
    """Save a new app as requested, with the operation that a 202 names.

    Raises Refused("name.taken"), and Conflict where its project was put away meanwhile.
    """
    projects.require_standing(app.project_id)
    _insert(app)
    Observation.objects.create(app=app, state=ObservedState.PENDING)
    Claim.objects.create(app=app)
    operation = operations.open_operation(app=app, kind=OperationKind.CREATE, actor=actor)
    operations.tell(app=app, code="app.requested", actor=actor)
    audit.record(
        actor=actor,
        verb="app.requested",
        target_kind="app",
        target_id=app.id,
        target_label=app.label,
        project_id=app.project_id,
        after={"name": app.name, "slug": app.slug, "host": app.host, "template": app.template.slug},
    )
    return operation


@transaction.atomic(savepoint=False)
def correct(*, actor: Actor, app: App, name: str, ends_on: date | None) -> None:
    """Another name, or last day, for a locked app that is only asked for: nothing outside has its name yet.

    Raises Conflict once it was granted; Refused naming the field, `name.taken` with what is free.
    """
    before = {"name": app.name, "slug": app.slug, "host": app.host, "ends_on": _told(app.ends_on)}
    if app.desired != Desired.REQUESTED or app.generation:
        raise Conflict("app.already_granted")
    if name != app.name:
        _check_free(name)
        app.label = name if app.label == app.name else app.label
        app.name, app.host = name, host_of(name)
        _save(app)
    if ends_on != app.ends_on:
        _check_end(ends_on)
        app.ends_on = ends_on
        app.save(update_fields=["ends_on"])
    after = {"name": app.name, "slug": app.slug, "host": app.host, "ends_on": _told(app.ends_on)}
    if after != before:
        audit.record(
            actor=actor,
            verb="app.corrected",
            target_kind="app",
            target_id=app.id,
            target_label=app.label,
            project_id=app.project_id,
            before=before,
            after=after,
        )


def _told(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _insert(app: App) -> None:
    _save(app, force_insert=True)


def _save(app: App, *, force_insert: bool = False) -> None:
    """Save under the first free slug: six letters clash once in a while, and are drawn again."""
    for draw in range(_DRAWS):
        app.slug = full_slug(app.project.slug, app.name, app.id, draw)
        try:
            with transaction.atomic():
                app.save(force_insert=force_insert)
        except IntegrityError as error:
            if held({str(app.host)}, besides=app.id):
                raise taken(app.name) from error
            if not App.objects.filter(slug=app.slug).exclude(id=app.id).exists():
                raise
        else:
            return
    raise Conflict("app.no_slug", name=app.name)


@transaction.atomic
def drop_request(*, actor: Actor, app: App) -> None:
    """An app that was never granted ends: its host is free again, its row stays as history."""
    app = App.objects.select_for_update(no_key=True).get(id=app.id)
    if app.desired != Desired.REQUESTED:
        raise Conflict("app.already_granted")
    bury(app=app, actor=actor)
    operations.cancel_open(app=app, waiting=True)


def bury(*, app: App, actor: Actor) -> None:
    """The tombstone of an app of which nothing stands outside. The caller holds the row."""
    now = timezone.now()
    app.desired, app.host, app.gone_at = Desired.ABSENT, None, now
    app.desired_since, app.desired_by = now, actor.label[:200]
    app.save()
    volumes.end(app=app)
    app.former_hosts.all().delete()
    app.handovers.filter(closed_at=None).update(closed_at=now, outcome=HandoverOutcome.WITHDRAWN)
    Claim.objects.filter(app=app).update(due_at=None)
    Observation.objects.filter(app=app).update(state=ObservedState.GONE, state_since=now, observed_at=now)


def finish(operation: Operation) -> Operation:
    """An operation of which nothing is left to do."""
    operation.state, operation.finished_at = OperationState.SUCCEEDED, timezone.now()
    operation.save()
    return operation
